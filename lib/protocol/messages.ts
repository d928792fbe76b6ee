import type { ClientRecord, Position } from '../contracts/history.ts'
import type { ErrorCode } from '../errors.ts'
import type { CommandCompletion } from '../flushout.ts'
import type { Limits } from './limits.ts'

/** PROTOCOL.md is the text of this; it changes first. */
export const protocolVersion = 1

/**
 * What a client is told of its record. `hash` is the last of its hashes: that of the command `seq`, so that a client sees
 * whether it means the same command by that number. It is not there with the answer to a flush.
 */
export type KnownRecord = Omit<ClientRecord, 'hashes'> & { readonly hash?: string | undefined }

/** Begins a session; comes first, and once. */
export interface Hello {
  readonly type: 'hello'
  readonly protocol: number
  readonly token?: string
  /** The version of the application, for the host to judge. */
  readonly app?: string
}

/** Asks for a document, for one client: what it lacks comes first, then what happens. Said again, it begins anew from there. */
export interface Open {
  readonly type: 'open'
  readonly document: string
  readonly client: string
  /** What the client holds already. */
  readonly position?: Position
}

/** Ends that, for this client. */
export interface Close {
  readonly type: 'close'
  readonly document: string
  readonly client: string
}

/** Commands with the seqs `after + 1 …`, in order. */
export interface Flush {
  readonly type: 'flush'
  readonly document: string
  readonly client: string
  readonly after: number
  /** Where the first of them stood when it was first sent. */
  readonly from: Position
  readonly completions: readonly CommandCompletion[]
}

/** What a client says. */
export type ClientMessage = Hello | Open | Close | Flush

/** Answers hello. */
export interface Welcome {
  readonly type: 'welcome'
  readonly protocol: number
  readonly features: readonly string[]
  readonly limits: Limits
}

/** All of the document, for one client. `regressed` where the position that it holds is not part of this history. */
export interface SnapshotMessage {
  readonly type: 'snapshot'
  readonly document: string
  readonly client: string
  readonly position: Position
  readonly state: object
  readonly regressed?: true
}

/** One batch, as everybody sees it. Its position is `{count: from + completions.length, mark}`. */
export interface Commands {
  readonly type: 'commands'
  readonly document: string
  readonly from: number
  readonly follows: string
  readonly mark: string
  readonly at: number
  readonly client: string
  readonly after: number
  readonly last: number
  readonly completions: readonly CommandCompletion[]
  readonly rejected?: readonly number[]
}

/**
 * The client's record as of `position`; `null` where there is none. With `follows` it stands in place of the client's
 * own batch, which follows that position; without, it comes with an opening or answers a flush that was seen before.
 */
export interface Flushed {
  readonly type: 'flushed'
  readonly document: string
  readonly client: string
  readonly position: Position
  readonly follows?: Position
  readonly record: KnownRecord | null
}

/** Why something was not done; about a document if it names one, else about the session. */
export interface ErrorMessage {
  readonly type: 'error'
  readonly code: ErrorCode
  readonly message: string
  readonly document?: string
  readonly client?: string
  readonly seq?: number
  readonly record?: KnownRecord | null
}

/** What a host says. */
export type ServerMessage = Welcome | SnapshotMessage | Commands | Flushed | ErrorMessage
