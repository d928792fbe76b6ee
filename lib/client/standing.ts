import type { Position } from '../contracts/history.ts'

const rememberedMarks = 256

/** Where a document stands in its history, and which batches have brought it there. */
export class Standing {
  #position: Position | undefined
  readonly #marks = new Set<string>()

  get position(): Position | undefined {
    return this.#position
  }

  /** How a batch stands to it: it comes next, adds nothing (to what is here, or will come whole), or is apart. */
  meet(from: number, follows: string, mark: string): 'next' | 'nothing' | 'apart' {
    const position = this.#position
    if (position?.count === from && position.mark === follows) return 'next'
    return !position || this.hasReached({ count: from, mark }) ? 'nothing' : 'apart'
  }

  hasReached(other: Position): boolean {
    return this.#position?.mark === other.mark || this.hasPassed(other)
  }

  /** Whether it stands further on. */
  hasPassed({ count, mark }: Position): boolean {
    const position = this.#position
    return position !== undefined && position.mark !== mark && (position.count > count || this.#marks.has(mark))
  }

  advance(position: Position): void {
    this.#position = position
    this.#marks.add(position.mark)
    if (this.#marks.size > rememberedMarks) this.#marks.delete(this.#marks.values().next().value as string)
  }

  /** A snapshot stands in place of all that came before. */
  jump(position: Position): void {
    this.#marks.clear()
    this.advance(position)
  }
}
