import type { FileHandle } from 'node:fs/promises'
import type { Change, Entry } from '../../../lib/contracts/storage.ts'
import type { Catalog } from './catalog.ts'
import { readAt, type Span, sealed, unsealed } from './lines.ts'

const format = 1
const together = 1024 * 1024
const shownOfId = 200

/** How many bytes at its beginning tell a file from every other one. */
export const headLength = 64

/** The first line of a file. Its name is its own; the document's is there for whoever looks. */
export const header = (made: string, document: string): Buffer =>
  sealed({ format, made, document: document.slice(0, shownOfId) })

/** One write, as one line. */
export const record = (changes: readonly Change[]): Buffer =>
  sealed(changes.map(({ key, value }) => (value === undefined ? [key] : [key, value])))

/** What a line does: nothing if it is a header; `undefined` if it is not what was written; `newer` if it is not for us. */
export function changesIn(line: Buffer): readonly Change[] | 'newer' | undefined {
  const found = unsealed(line) as readonly (readonly [string, string?])[] | { readonly format: number } | undefined
  if (found === undefined) return undefined
  if ('format' in found) return found.format === format ? [] : 'newer'
  return found.map(([key, value]) => ({ key, value }))
}

/** What is kept under keys with this beginning, some at a time, in the order of the file; `damaged` where a line is. */
export async function* entriesOf(
  file: FileHandle,
  catalog: Catalog,
  prefix: string,
): AsyncGenerator<readonly Entry[] | 'damaged'> {
  for (const lines of gathered(catalog.linesOf(prefix))) {
    const [first, last] = [lines[0] as Span, lines.at(-1) as Span]
    const bytes = await readAt(file, first.at, last.at + last.bytes - first.at)
    const values = new Map<string, string>()
    for (const line of lines) {
      const changes = changesIn(withoutEnd(bytes.subarray(line.at - first.at, line.at - first.at + line.bytes)))
      if (changes === undefined || changes === 'newer') return yield 'damaged'
      for (const { key, value } of changes) {
        if (value !== undefined && key.startsWith(prefix) && catalog.isAt(key, line.at)) values.set(key, value)
      }
    }
    yield Array.from(values, ([key, value]) => ({ key, value }))
  }
}

const newline = 10
const withoutEnd = (line: Buffer): Buffer => (line.at(-1) === newline ? line.subarray(0, -1) : line)

/** Lines that stand close to each other are read at once. */
function gathered(lines: readonly Span[]): readonly (readonly Span[])[] {
  const groups: Span[][] = []
  for (const line of lines) {
    const group = groups.at(-1)
    if (group && line.at + line.bytes - (group[0] as Span).at <= together) group.push(line)
    else groups.push([line])
  }
  return groups
}
