import { createHash } from 'node:crypto'
import type { Change } from '../../../lib/contracts/storage.ts'
import type { Span } from './lines.ts'

/** A key that is there: the line that set it, and as much of its value as is needed to know it again. */
interface Kept extends Span {
  readonly print: string
  readonly size: number
}

/** What a file holds, without the values: which line has them. */
export class Catalog {
  readonly #kept = new Map<string, Kept>()
  #size = 0

  /** How many keys there are. */
  get count(): number {
    return this.#kept.size
  }

  /** About as many bytes as a file without anything superfluous has. */
  get size(): number {
    return this.#size
  }

  /** Takes in what a line does. */
  change(changes: readonly Change[], { at, bytes }: Span): void {
    for (const { key, value } of changes) {
      this.#size -= this.#kept.get(key)?.size ?? 0
      this.#kept.delete(key)
      if (value === undefined) continue
      const size = key.length + value.length + lineOverhead
      this.#kept.set(key, { at, bytes, print: printOf(value), size })
      this.#size += size
    }
  }

  /** What is there under a key, as `printOf` gives it. */
  printAt(key: string): string | undefined {
    return this.#kept.get(key)?.print
  }

  /** Whether this line has the value of a key. */
  isAt(key: string, at: number): boolean {
    return this.#kept.get(key)?.at === at
  }

  /** The lines that have the keys with this beginning, in their order. */
  linesOf(prefix: string): readonly Span[] {
    const lines = new Map<number, Span>()
    for (const [key, kept] of this.#kept) if (key.startsWith(prefix)) lines.set(kept.at, kept)
    return [...lines.values()].sort((one, other) => one.at - other.at)
  }
}

const lineOverhead = 20
const longest = 64

/** A short text for a value, equal for equal values alone: short ones stand for themselves. */
export const printOf = (value: string): string =>
  value.length <= longest ? `=${value}` : `#${createHash('sha256').update(JSON.stringify(value)).digest('base64url')}`
