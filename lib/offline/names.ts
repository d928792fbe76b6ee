import type { Storage } from '../contracts/storage.ts'

/** The name that the holder of a queue holds. */
export const nameOf = (document: string, client: string): string => `${document}/${client}`

/** The names that one queue holds: its own, and those of the clients that it was, until nothing is written under them. */
export class Names {
  readonly #storage: Storage
  readonly #document: string
  readonly #releases = new Map<string, () => void>()
  #isOver = false

  constructor(storage: Storage, document: string) {
    this.#storage = storage
    this.#document = document
  }

  /** Holds one already. */
  add(client: string, release: (() => void) | undefined): void {
    if (release) this.#releases.set(client, release)
  }

  /** Holds one as soon as it may; without it, only the guard of its writes tells that another has it. */
  async take(client: string): Promise<void> {
    const release = await this.#storage.hold(nameOf(this.#document, client)).catch(() => undefined)
    if (this.#isOver) release?.()
    else this.add(client, release)
  }

  /** Lets go of all but those in use. */
  keep(inUse: readonly string[]): void {
    for (const [client, release] of this.#releases) {
      if (inUse.includes(client)) continue
      this.#releases.delete(client)
      release()
    }
  }

  /** Lets go of all, and of what comes late. */
  close(): void {
    this.#isOver = true
    this.keep([])
  }
}
