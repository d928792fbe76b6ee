import { readdirSync, readFileSync } from 'node:fs'

/** A fenced piece of a page. */
export interface Snippet {
  readonly page: string
  /** The line of the page that its text begins in. */
  readonly line: number
  readonly language: string
  /** What the fence says behind the language. */
  readonly info: string
  readonly text: string
  /** What the page puts before it, unseen: the last `<!-- prelude … -->` above it. */
  readonly prelude: string
}

const parts = /<!-- prelude\n(?<prelude>[\s\S]*?)-->|^```(?<language>[a-z]+)[ \t]*(?<info>.*)\n(?<text>[\s\S]*?)^```$/gm

/** The pages there are, of those at the top and in docs/, however deep. */
export function pages(): string[] {
  const docs = readdirSync('docs', { encoding: 'utf8', recursive: true }).filter((name) => name.endsWith('.md'))
  return [...['README.md', 'ARCHITECTURE.md', 'PROTOCOL.md', 'CONTRIBUTING.md'], ...docs.map((name) => `docs/${name}`)]
}

/** The snippets of a page in these languages, in order. */
export function snippetsOf(page: string, ...languages: readonly string[]): Snippet[] {
  const whole = readFileSync(page, 'utf8')
  const found: Snippet[] = []
  let prelude = ''
  for (const { index, groups = {} } of whole.matchAll(parts)) {
    const { language = '', info = '', text = '' } = groups
    prelude = groups.prelude ?? prelude
    if (!languages.includes(language)) continue
    const line = whole.slice(0, index).split('\n').length + 1
    found.push({ page, line, language, info: info.trim(), text, prelude })
  }
  return found
}

/** Why a snippet is not run, as its fence says: `no-run: it needs a browser`. */
export const reasonNotToRun = ({ info }: Snippet): string | undefined => /(?:^| )no-run: (.+)/.exec(info)?.[1]
