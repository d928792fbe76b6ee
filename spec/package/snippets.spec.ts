import { mkdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import { parseClientMessage, parseServerMessage } from '../../lib/protocol/parse.ts'
import { type Compiled, compile } from './compile.ts'
import { Project } from './project.ts'
import { pages, reasonNotToRun, type Snippet, snippetsOf } from './snippets.ts'

const { peerDependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const beside = Object.keys({ ...peerDependencies, ...devDependencies })

/** Where a snippet is put: under the name that its fence gives (`file=documents.ts`), beside the others of its page. */
function fileOf({ page, line, language, info }: Snippet): string {
  const name = /^file=(\S+)/.exec(info)?.[1] ?? `line-${line}.${language}`
  return `${page.replace(/\W/g, '-')}/${name}`
}

const linesOf = (text: string): number => text.split('\n').length - 1

describe('the pages', () => {
  const snippets = pages().flatMap((page) => snippetsOf(page, 'ts', 'tsx'))
  let project: Project
  let compiled: Compiled

  beforeAll(() => {
    project = new Project('module', beside)
    for (const snippet of snippets) project.write(fileOf(snippet), snippet.prelude + snippet.text)
    project.write(
      'vue-files.d.ts',
      "declare module '*.vue' { const component: import('vue').Component; export default component }",
    )
    const files = [...snippets.map(fileOf), 'vue-files.d.ts']
    compiled = compile(
      files.map((file) => project.path(file)),
      project.folder,
    )
  }, 60_000)

  afterAll(() => project.remove())

  it('begin with a README that shows how it reads', () => {
    expect(snippets.filter(({ page }) => page === 'README.md')).not.toEqual([])
  })

  for (const snippet of snippets) {
    const { page, line, info, prelude } = snippet

    it(`show types that hold: ${page}:${line}`, () => {
      const wrong = compiled.wrongIn(project.path(fileOf(snippet)))
      expect(wrong.map((one) => `${page}:${one.line - linesOf(prelude) + line - 1} ${one.message}`)).toEqual([])
    })

    if (reasonNotToRun(snippet)) continue
    it(`show what runs: ${page}:${line} ${info}`, async () => {
      const file = project.path(fileOf(snippet))
      const cwd = `${file}.cwd`
      mkdirSync(cwd)
      const ended = await project.run([resolve('spec/package/run-snippet.mjs'), file.replace(/\.tsx?$/, '.js')], {
        cwd,
      })
      if (ended.code !== 0) throw new Error(`${page}:${line} ended with ${ended.code}\n${ended.output}`)
    }, 30_000)
  }
})

describe('the protocol page', () => {
  const examples = pages()
    .filter((page) => page === 'PROTOCOL.md')
    .flatMap((page) => snippetsOf(page, 'json'))
    .filter((snippet) => !reasonNotToRun(snippet))

  for (const { page, line, text } of examples) {
    it(`shows a message that is understood: ${page}:${line}`, () => {
      const message: unknown = JSON.parse(text)
      expect(parseServerMessage(message) ?? parseClientMessage(message, defaultLimits)).toEqual(message)
    })
  }
})
