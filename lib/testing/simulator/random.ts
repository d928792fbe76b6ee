const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Chance from a seed: the same seed gives the same numbers, on every machine. (mulberry32, Tommy Ettinger) */
export class Random {
  #state: number

  constructor(seed: number) {
    // Neighbouring seeds must not begin alike.
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x9e3779b1) ^ Math.floor(seed / 2 ** 32)
    this.next()
  }

  /** In [0, 1). */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from 0, less than `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<V>(items: readonly V[]): V {
    return items[this.below(items.length)] as V
  }

  /** So many of them, in an order of chance. */
  some<V>(items: readonly V[], count: number): V[] {
    const rest = [...items]
    return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(this.below(rest.length), 1)[0] as V)
  }

  seed(): number {
    return this.below(2 ** 32)
  }

  /** Chance of its own, which what is drawn here later does not move. */
  fork(): Random {
    return new Random(this.seed())
  }

  readonly id = (): string => {
    let id = ''
    while (id.length < 22) id += characters[this.below(64)]
    return id
  }
}
