/** What one frame costs beside its text. */
const frameOverhead = 256

/** So much may wait before the other end is asked whether it took it. */
const askAfter = 65_536

/**
 * What was posted and is not known to have been taken, in characters: a channel has no back pressure, and keeps for a
 * page that is asleep whatever it is given. One question is under way at a time, and its answer covers all before it.
 */
export class Backlog {
  #posted = 0
  #taken = 0
  #asked: number | undefined

  get waiting(): number {
    return this.#posted - this.#taken
  }

  /** Whether it is time to ask. */
  get isDue(): boolean {
    return this.#asked === undefined && this.waiting > askAfter
  }

  posted(text: string): void {
    this.#posted += frameOverhead + text.length
  }

  /** @returns whether nothing is being asked already */
  ask(): boolean {
    if (this.#asked !== undefined) return false
    this.#asked = this.#posted
    return true
  }

  answered(): void {
    this.#taken = this.#asked ?? this.#taken
    this.#asked = undefined
  }
}
