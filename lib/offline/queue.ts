import type { Outbox } from '../client/outbox.ts'
import type { Standing } from '../client/standing.ts'
import type { Position } from '../contracts/history.ts'
import type { Completed } from '../document/replay.ts'
import type { RefusedEvent } from '../events.ts'
import type { Pending } from '../replica/pending.ts'
import type { Replica } from '../replica/replica.ts'

/** A document as it was last seen. */
export interface Kept {
  readonly position: Position
  /** The document at `position` is this one with the completions on top. */
  readonly document: object
  readonly completions: readonly Completed[]
  /** What waited, as it was applied then. */
  readonly pending: readonly Pending[]
  /** Where the first of what was sent stood when it was sent. */
  readonly sentFrom: Position | undefined
}

/** An outcome that a person must see, under the name by which it is dismissed. */
export type Notice = RefusedEvent & { readonly client: string; readonly notice: string }

/** What happened to a storage. */
export interface Trouble {
  readonly code: string
  readonly reason: string
}

/** What is to be kept, as it stands whenever it is looked at. */
export interface Source {
  readonly replica: Pick<Replica, 'pending' | 'exposeConfirmed'>
  readonly standing: Pick<Standing, 'position'>
  readonly outbox: Pick<Outbox, 'from' | 'lastSeq'>
  /** Something went wrong with the storage, and is tried again; all goes on meanwhile but what needs it. */
  failed(trouble: Trouble): void
  /** Another has taken the queue over, and sends the first `commands` of what is pending. */
  lost(commands: number): void
}

/** One document of one client in a storage: what is confirmed, and what waits. Whoever holds it sends it. */
export interface Queue {
  readonly client: string
  /** What there was when it was opened. */
  readonly kept: Kept | undefined
  /** The last number that was given to a command, as far as that is kept. */
  readonly seq: number
  readonly notices: readonly Notice[]
  /** What went wrong when it was opened. */
  readonly troubles: readonly Trouble[]
  /** Begins to keep what the source has, from its next move on; what it has now is what was kept. */
  follow(source: Source): void
  /** The source has moved: it is written soon. `isShuffled` where what waited may have changed, or gone out of turn. */
  moved(isShuffled: boolean): void
  /** These are confirmed, up to the position. */
  confirmed(completions: readonly Completed[], position: Position): void
  /** The confirmed document is another. */
  replaced(): void
  /** Puts aside what was confirmed, and is lost at the host. */
  setAside(lost: { readonly document: object; readonly position: Position }): void
  /**
   * Resolves with whether what the source has sent, or is about to, is written; with `isCertain`, there is a write even
   * where nothing is new, to find out whether another has taken it over.
   */
  written(isCertain: boolean): Promise<boolean>
  /** Resolves when a command can no longer be lost with this process. */
  keptOf(entry: Pending): Promise<void>
  /** Keeps an outcome until it is dismissed. @returns its name */
  note(outcome: RefusedEvent): string
  dismiss(notice: string): void
  /** Goes on under another client, without what is kept for this one. */
  renew(client: string): void
  /** Writes what is left and lets go of it; `isDone` where nothing of it is worth keeping. Never rejects. */
  close(isDone?: boolean): Promise<void>
}
