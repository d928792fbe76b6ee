import type { Batch, ClientRecord, Position } from '../contracts/history.ts'
import type { Context } from '../documents.ts'
import type { CommandCompletion } from '../flushout.ts'
import type { Judged } from '../judge.ts'

/** A flush on its way into the history. */
export interface Turn<C extends Context> {
  readonly client: string
  /** The subject that sends it. */
  readonly by: string
  /** What the interceptors are told. */
  readonly context: C
  /** The seq that it follows; without one, whatever came before it from this client. */
  readonly after?: number
  /** Where its sender stood when it first sent it; without one, it is never sent again. */
  readonly sentFrom?: Position
  readonly completions: readonly CommandCompletion[]
  /** Why nothing of it may be taken, if so; what was taken before is answered all the same. */
  readonly refusal?: { readonly code: string; readonly reason: string }
}

/** What became of a flush. What was taken is published before this is told. */
export type Answer =
  | { readonly type: 'taken'; readonly judged: Judged; readonly batch: Batch }
  | { readonly type: 'seen' | 'gap' | 'expired' | 'conflict'; readonly record: ClientRecord | undefined }
