import { memoryStorage, type SharedMemory, sharedMemory } from '../../adapters/storage/memory/index.ts'
import type { Change, Entry, Storage } from '../../lib/contracts/storage.ts'
import { MillraceError } from '../../lib/errors.ts'

/** The storage as one page or process has it, until that dies. */
export class Tab implements Storage {
  /** Fails each write with this, while it is set. */
  failure: Error | undefined
  /** Does each write, and says that it does not know, while it is set. */
  isSilent = false
  /** Every write that was asked for. */
  readonly writes: (readonly Change[])[] = []
  readonly #storage: Storage
  readonly #held = new Set<() => void>()
  #gate: Promise<unknown> | undefined
  #open: () => void = () => undefined
  #isDead = false

  constructor(memory: SharedMemory) {
    this.#storage = memoryStorage(memory)
  }

  read(document: string, prefix: string): Promise<readonly Entry[]> {
    return this.#answer(() => this.#storage.read(document, prefix))
  }

  write(document: string, expected: readonly Change[], changes: readonly Change[]): Promise<boolean> {
    this.writes.push(changes)
    return this.#answer(async () => {
      if (this.failure) throw this.failure
      const isWritten = await this.#storage.write(document, expected, changes)
      if (this.isSilent) throw new MillraceError('storage_unknown', 'The disk did not answer.')
      return isWritten
    })
  }

  async hold(name: string): Promise<(() => void) | undefined> {
    const release = await this.#answer(() => this.#storage.hold(name))
    if (release) this.#held.add(release)
    return release
  }

  async close(): Promise<void> {
    if (!this.#isDead) await this.#storage.close()
  }

  /** Nothing is answered any more, and what it held is free. */
  die(): void {
    this.#isDead = true
    this.freeze()
    for (const release of this.#held) release()
  }

  /** Nothing is done until it wakes, and it holds what it held. */
  freeze(): void {
    this.#gate = new Promise<void>((open) => {
      this.#open = open
    })
  }

  wake(): void {
    this.#gate = undefined
    this.#open()
  }

  async #answer<T>(act: () => Promise<T>): Promise<T> {
    await this.#gate
    return act()
  }
}

/** Where pages of one origin, or processes over one folder, keep what they keep. */
export class Device {
  readonly memory = sharedMemory()

  tab(): Tab {
    return new Tab(this.memory)
  }

  /** Everything that is kept of a document. */
  contents(document: string): Map<string, string> {
    return this.memory.documents.get(document) ?? new Map()
  }

  set(document: string, key: string, value: string): void {
    this.memory.documents.set(document, new Map([...this.contents(document), [key, value]]))
  }
}
