import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { snippetsOf } from '../package/snippets.ts'

const docs = 'docs/frameworks'

/** The frameworks that have a page in the docs. */
export const documented: readonly string[] = readdirSync(docs).map((name) => name.replace('.md', ''))

/** Writes the snippets of those pages that have a name into a folder per framework. */
export function writeSnippets(folder: string): void {
  for (const framework of documented) {
    for (const { info, prelude, text } of snippetsOf(join(docs, `${framework}.md`), 'ts', 'tsx', 'vue', 'svelte')) {
      const [, name] = /^file=(\S+)/.exec(info) ?? []
      if (name === undefined) continue
      const file = join(folder, framework, name)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, prelude + text)
    }
  }
}
