import type { Retention } from './contracts/history.ts'
import type { Command, CommandInterception, Interceptor } from './flushout.ts'
import type { Limits } from './protocol/limits.ts'

/** What is known of whoever speaks in a session; `subject` names them for good. */
export interface Context {
  readonly subject: string
}

/** A kind of document: how it begins, and what its Master lets pass. */
export interface DocumentKind<T extends object, C extends Context = Context> {
  /** The document before the first command. The same on every host. */
  readonly initial: T
  /** Asked for each command that reaches the Master; it may change props or reject. Synchronous, without side effects. */
  readonly interceptor?: Interceptor<T, C>
  /** Limits that differ from the host's for documents of this kind. */
  readonly limits?: Partial<Pick<Limits, 'documentBytes' | 'depth' | 'path' | 'key'>>
  /** How much its histories keep behind a snapshot, where that differs from what the adapter was told. */
  readonly retention?: Partial<Retention>
}

/** A kind, whatever its document is. */
export interface AnyKind {
  readonly initial: object
  readonly interceptor?: (document: never, command: Command, context?: never) => undefined | CommandInterception
  readonly limits?: DocumentKind<object>['limits']
  readonly retention?: DocumentKind<object>['retention']
}

/** The kinds of documents that a host serves, by name: `list` is the kind of `list/shopping`. */
export type DocumentKinds = Readonly<Record<string, AnyKind>>

/** The document's type of a kind. */
export type DocumentOf<K> = K extends { readonly initial: infer T extends object } ? T : never

/** Defines a kind of document. Its type is all that a client needs of it. */
export const document = <T extends object, C extends Context = Context>(kind: DocumentKind<T, C>): DocumentKind<T, C> =>
  kind
