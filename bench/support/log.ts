const kept = 10_000

/** What a server keeps so that it can tell what a client lacks: the latest, not all that ever was. */
export class Log<V> {
  #items: V[] = []
  #first = 0

  /** How many there ever were. */
  get count(): number {
    return this.#first + this.#items.length
  }

  add(items: readonly V[]): void {
    for (const item of items) this.#items.push(item)
    if (this.#items.length < 2 * kept) return
    this.#items = this.#items.slice(kept)
    this.#first += kept
  }

  /** Those from one number up to another. */
  between(from: number, to: number = this.count): V[] {
    if (from < this.#first) throw new RangeError(`${from} is no longer kept.`)
    return this.#items.slice(from - this.#first, to - this.#first)
  }
}
