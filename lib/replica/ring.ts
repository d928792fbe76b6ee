/**
 * Tells observers what happened, in order. What is posted while others are still being told waits its turn, so nobody
 * is left with an older value last, however deep a subscriber calls back in.
 */
export class Ring {
  #tasks: (() => void)[] = []
  #held = 0
  #ringing = false

  post(task: () => void): void {
    this.#tasks.push(task)
    this.#drain()
  }

  /** Runs a first look at once; what it causes waits until it is over. */
  look(task: () => void): void {
    if (this.#ringing || this.isHeld) task()
    else this.post(task)
  }

  /** Runs `fn`; what is posted meanwhile is told after it. */
  hold<R>(fn: () => R): R {
    this.enter()
    try {
      return fn()
    } finally {
      this.leave()
    }
  }

  /** As `hold`, where every closure counts: `leave` follows, whatever happens. */
  enter(): void {
    this.#held++
  }

  leave(): void {
    this.#held--
    this.#drain()
  }

  get isHeld(): boolean {
    return this.#held > 0
  }

  #drain(): void {
    if (this.#ringing || this.#held > 0 || this.#tasks.length === 0) return
    this.#ringing = true
    try {
      for (let i = 0; i < this.#tasks.length; i++) (this.#tasks[i] as () => void)()
    } finally {
      this.#tasks = []
      this.#ringing = false
    }
  }
}
