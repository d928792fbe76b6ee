import type { Observable } from 'rxjs'
import type { Environment } from '../environment.ts'
import type { Interceptor } from '../flushout.ts'
import type { Line } from './line.ts'

/** How a document stands to its host. */
export type DocumentStatus =
  /** Nothing to show yet. The reason is the host's own where it gives one, as that too many documents are open. */
  | { readonly state: 'loading'; readonly reason: string }
  /** In step with the host. */
  | { readonly state: 'live' }
  /** Edited here alone until the line is back, or the host can serve it. */
  | { readonly state: 'offline'; readonly reason: string }
  /** The host does not give it; somebody must act. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string }
  | { readonly state: 'closed' }

/** When to flush: emits when what is pending should go. What is applied while a flush is under way goes with the next. */
export type FlushPolicy = (pending$: Observable<number>) => Observable<unknown>

/** How a document is opened. */
export interface OpenOptions<T extends object> {
  /** Lets a new document start offline: at first contact an existing history wins, and what was done here is applied to it. */
  readonly initial?: T
  /** Lets commands pass, changes their props or rejects them, before they are applied here. */
  readonly interceptor?: Interceptor<T>
}

/** What a document of a client needs of it. */
export interface Connection {
  readonly id: string
  readonly line: Line
  /** Another conversation with the same host. */
  readonly anotherLine: () => Line
  readonly environment: Environment
  readonly flushWhen: FlushPolicy
  readonly left: () => void
}
