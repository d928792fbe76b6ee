interface Waiting {
  readonly grant: (lock: Lock | null) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Locks as browsers have them, as far as leaders are elected by them. */
export class MemoryLocks {
  readonly #held = new Map<string, Waiting>()
  readonly #queues = new Map<string, Waiting[]>()

  request(name: string, options: LockOptions, grant: (lock: Lock | null) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { grant, resolve, reject }
      options.signal?.addEventListener('abort', () => {
        this.#queues.set(
          name,
          this.#queueOf(name).filter((other) => other !== waiting),
        )
        reject(options.signal?.reason)
      })
      // As in a browser, the answer comes later.
      queueMicrotask(() => {
        if (options.steal) this.#steal(name)
        if (!this.#held.has(name) && (options.steal || this.#queueOf(name).length === 0)) void this.#hold(name, waiting)
        else if (options.ifAvailable) resolve(grant(null))
        else this.#queues.set(name, [...this.#queueOf(name), waiting])
      })
    })
  }

  #queueOf = (name: string): readonly Waiting[] => this.#queues.get(name) ?? []

  #steal(name: string): void {
    const holder = this.#held.get(name)
    this.#held.delete(name)
    holder?.reject(new DOMException('Stolen.', 'AbortError'))
  }

  async #hold(name: string, waiting: Waiting): Promise<void> {
    this.#held.set(name, waiting)
    waiting.resolve(await waiting.grant({ name, mode: 'exclusive' }))
    if (this.#held.get(name) !== waiting) return
    this.#held.delete(name)
    const [next, ...others] = this.#queueOf(name)
    this.#queues.set(name, others)
    if (next) void this.#hold(name, next)
  }
}
