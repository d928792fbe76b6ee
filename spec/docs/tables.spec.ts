import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { errorCodes } from '../../lib/errors.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import { entries } from '../checks/entries.mjs'

const read = (page: string): string => readFileSync(page, 'utf8')

/** The cells of all tables of a page, by row. */
const rowsOf = (page: string): string[][] =>
  read(page)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )

const defaults = Object.entries(defaultLimits).map(([name, value]) => [name, value.toLocaleString('en')])

describe('the pages', () => {
  it.each(['PROTOCOL.md', 'docs/deploying.md'])('name every limit with its default: %s', (page) => {
    expect(rowsOf(page).map(([name, value]) => [name, value])).toEqual(expect.arrayContaining(defaults))
  })

  it('name every error code, and none that is not', () => {
    const [, table = ''] = read('PROTOCOL.md').split('## Errors')
    const codes = [...(table.split('## Limits')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code)
    expect([...new Set(codes)].sort()).toEqual([...errorCodes].sort())
  })

  it('name every entry of the package, and none that is not', () => {
    const named = rowsOf('README.md').map(([name]) => name)
    expect(named.sort()).toEqual(entries.map(({ name }) => name).sort())
  })

  it('give a reason for every dependency', () => {
    const { peerDependencies, devDependencies } = JSON.parse(read('package.json'))
    const named = rowsOf('ARCHITECTURE.md').flatMap(([names = '']) => names.split(', '))
    expect(named).toEqual(expect.arrayContaining(Object.keys({ ...peerDependencies, ...devDependencies })))
  })

  it('link to places that are there', () => {
    const pages = [
      'README.md',
      'ARCHITECTURE.md',
      'PROTOCOL.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      ...readdirSync('docs', { encoding: 'utf8', recursive: true })
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ]
    expect(pages.flatMap(deadLinksOf)).toEqual([])
  })
})

function deadLinksOf(page: string): string[] {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target)
  return links.filter((link) => !leadsSomewhere(page, link)).map((link) => `${page}: ${link}`)
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path ? new URL(path, `file:///${page}`).pathname.slice(1) : page
  try {
    return anchor === undefined ? read(target) !== undefined : anchorsOf(read(target)).includes(anchor)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR'
  }
}

/** As GitHub makes them of headings, and those that are set. */
const anchorsOf = (text: string): string[] => [
  ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  ),
  ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
]
