import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { program } from '../../examples/serve/build.mjs'

const built = dirname(dirname(program))
const newer = join(built, 'newer')

/** Another build of the examples, in which a text on the todo page has changed, and so the names of its files. */
export function buildNewer(from: string, to: string): { readonly program: string; remove(): void } {
  const pages = join(newer, 'pages')
  const remove = () => rmSync(newer, { recursive: true, force: true })
  remove()
  for (const part of ['pages', 'serve']) cpSync(join(built, part), join(newer, part), { recursive: true })
  const [script = ''] = readdirSync(join(pages, 'assets')).filter((name) => /^todo-.*\.js$/.test(name))
  const path = join(pages, 'assets', script)
  const renamed = script.replace('todo-', 'todo-newer-')
  const hashes = new Map<string, string>([[script, renamed]])
  for (const [file, a, b] of [
    [path, from, to],
    [join(pages, 'todo/index.html'), script, renamed],
  ] as const) {
    const before = integrityOf(file)
    change(file, new Map([[a, b]]))
    hashes.set(before, integrityOf(file))
  }
  renameSync(path, join(pages, 'assets', renamed))
  change(join(pages, 'service-worker.js'), new Map([...hashes, ['"version":"', '"version":"newer-']]))
  return { program: join(newer, 'serve', 'main.js'), remove }
}

function change(file: string, texts: ReadonlyMap<string, string>): void {
  const before = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    [...texts].reduce((text, [a, b]) => text.replaceAll(a, b), before),
  )
}

const integrityOf = (file: string): string => createHash('sha384').update(readFileSync(file)).digest('base64')
