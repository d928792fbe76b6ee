interface Moment {
  readonly time: number
  readonly order: number
  run: (() => void) | undefined
}

/** How many turns of the microtask queue belong to one moment. A longer chain goes on in the next one, at the same place each time. */
const turns = 16

/** Virtual time: what is to happen, in order. Between two moments everything that needs no time happens. */
export class Timeline {
  now = 0
  /** Moments that have passed. */
  passed = 0
  readonly #heap: Moment[] = []
  #quiet: (() => void)[] = []
  #order = 0

  /** Runs something after so many milliseconds. @returns what forgets it */
  after(delay: number, run: () => void): () => void {
    const moment: Moment = { time: this.now + Math.max(0, delay), order: this.#order++, run }
    this.#push(moment)
    return () => {
      moment.run = undefined
    }
  }

  /** Runs something when all that needs no time has happened. */
  whenQuiet(run: () => void): void {
    this.#quiet.push(run)
  }

  /** Lets time pass up to `end`, or until `isOver` after a moment. */
  async pass(milliseconds: number, isOver: () => boolean = () => false): Promise<void> {
    const end = this.now + milliseconds
    await this.#settle()
    for (let next = this.#heap[0]; next && next.time <= end && !isOver(); next = this.#heap[0]) {
      this.#pop()
      const { run } = next
      if (!run) continue
      this.now = next.time
      this.passed++
      run()
      await this.#settle()
    }
    if (!isOver()) this.now = end
  }

  async #settle(): Promise<void> {
    for (let i = 0; i < turns; i++) await undefined
    if (this.#quiet.length === 0) return
    const quiet = this.#quiet
    this.#quiet = []
    for (const run of quiet) run()
  }

  #push(moment: Moment): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(moment)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (isBefore(heap[above] as Moment, moment)) break
      heap[at] = heap[above] as Moment
      at = above
    }
    heap[at] = moment
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Moment
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Moment, heap[below] as Moment)) below++
      if (isBefore(last, heap[below] as Moment)) break
      heap[at] = heap[below] as Moment
      at = below
    }
    heap[at] = last
  }
}

const isBefore = (a: Moment, b: Moment): boolean => a.time < b.time || (a.time === b.time && a.order < b.order)
