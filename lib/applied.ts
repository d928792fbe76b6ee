import { type ErrorCode, MillraceError } from './errors.ts'
import type { Pending, Settlement } from './replica/pending.ts'

/** Resolves when a command can no longer be lost with this process, or was settled before. */
export type KeptOf = (entry: Pending) => Promise<void>

/** A command that was applied here. */
export class Done {
  readonly isSuccess = true
  /** The id that a create made; the Master may rename it, then `settled` has the new one. */
  declare readonly createdId?: string
  readonly #entry: Pending
  readonly #keptOf: KeptOf | undefined

  /** @internal */
  constructor(entry: Pending, keptOf?: KeptOf) {
    this.#entry = entry
    this.#keptOf = keptOf
    if (entry.createdId !== undefined) this.createdId = entry.createdId
  }

  /** What became of it at the Master. Costs nothing until asked for, and answers also when asked late. */
  get settled(): Promise<Settlement> {
    return this.#entry.settled
  }

  /**
   * When it can no longer be lost with this process. Without a storage that is when the Master has settled it. Rejects
   * where it is lost: it was dropped, or whether the Master took it can no longer be found out.
   */
  get kept(): Promise<void> {
    const entry = this.#entry
    const known: Promise<unknown> = this.#keptOf?.(entry) ?? entry.settled
    return known.then(() => {
      const { settlement } = entry
      if (settlement?.type === 'dropped') throw new MillraceError(settlement.code as ErrorCode, settlement.reason)
      if (settlement?.type === 'unknown' && !this.#keptOf) throw new MillraceError('unavailable', settlement.reason)
    })
  }
}

/** A command that was not applied; nothing changed. */
export class Failed {
  readonly isSuccess = false
  /** For people: what, where, and what to do. */
  readonly error: string
  /** Stable: see the error codes in PROTOCOL.md. */
  readonly code: ErrorCode

  /** @internal */
  constructor(code: ErrorCode, error: string) {
    this.code = code
    this.error = error
  }
}

/** What `apply` answers at once. */
export type Applied = Done | Failed
