import type { Command } from './flushout.ts'

/** Names one command for good. */
export interface Origin {
  readonly client: string
  readonly seq: number
}

/** A command as it was applied to a document. */
export interface CommandEvent {
  readonly command: Command
  readonly createdId?: string
  /**
   * Whether it is told because it was applied here first. An own command that a sync brings back is told again, as
   * not local.
   */
  readonly isLocal: boolean
  /** Who made it, where that is known: a local command has no number until it is sent. */
  readonly origin?: Origin
}

/** What happened between a Proxy and its Master. Values, never errors: a refused command ends no stream. */
export type SyncEvent =
  | { readonly type: 'flush_begun'; readonly from: number; readonly commands: number }
  | { readonly type: 'flush_cancelled'; readonly commands: number }
  /** The Master has answered for so many commands. */
  | { readonly type: 'flushed'; readonly commands: number }
  /** The Proxy has taken over what the Master had: some commands, or all of the document. */
  | { readonly type: 'synced'; readonly isPartial: boolean; readonly commandCount: number }
  /** The id of an object that was created here was taken: it goes by another. */
  | { readonly type: 'renamed'; readonly path: readonly string[]; readonly id: string }
  | RefusedEvent
  /**
   * The Master's history no longer holds what was confirmed here up to `commandCount`. Of the own commands that were
   * confirmed, those numbered `first` to `last` are lost; of what was confirmed under the names that this document had
   * `formerly`, since it was opened and was last told so, nobody knows here what is left.
   */
  | {
      readonly type: 'regressed'
      readonly commandCount: number
      readonly lost?: { readonly client: string; readonly first: number; readonly last: number }
      readonly formerly?: readonly string[]
    }
  /** The storage does not do what it should; it is tried again. What was kept before it failed stays as it is. */
  | { readonly type: 'storage'; readonly code: string; readonly reason: string }
  /** Another page or process found this one asleep, and sends so many of the commands that waited here. */
  | { readonly type: 'taken_over'; readonly commands: number }

/** What a person must see: an edit of theirs is gone, or may be. */
export type RefusedEvent =
  /** The Master refused it. */
  | ({ readonly type: 'rejected' } & Refused)
  /** It no longer applied before it was sent. */
  | ({ readonly type: 'dropped' } & Refused)
  /** Whether the Master took it can no longer be found out; it is not sent again. */
  | ({ readonly type: 'unknown' } & Refused)

/** A command that did not make it, and why. */
export interface Refused {
  readonly command: Command
  readonly code: string
  readonly reason: string
  /** Its number among its client's commands; 0 where it was never sent. */
  readonly seq: number
  /** The client that made it, and the name by which it is dismissed; where there is a storage. */
  readonly client?: string
  readonly notice?: string
}
