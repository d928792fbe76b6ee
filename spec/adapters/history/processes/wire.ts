import type { Position, Retention } from '../../../../lib/contracts/history.ts'

/** What is asked of the adapters of another process. Each question and each stream has a number of its own. */
export type Question = { readonly number: number } & (
  | { readonly ask: 'open'; readonly adapter: number; readonly folder: string; readonly retention: Retention }
  | { readonly ask: 'close'; readonly adapter: number }
  | { readonly ask: 'publish'; readonly adapter: number; readonly channel: string; readonly message: unknown }
  | { readonly ask: Method; readonly adapter: number; readonly document: string; readonly args: readonly unknown[] }
  | { readonly ask: 'read'; readonly adapter: number; readonly document: string; readonly position: Position }
  | { readonly ask: 'listen'; readonly adapter: number; readonly channel: string }
  | { readonly ask: 'stop' }
)

export type Method = 'load' | 'append' | 'record' | 'save'

/** To a question an answer or an error; to a stream values, and an error at most. */
export type Reply = { readonly number: number } & (
  | { readonly answer: unknown }
  | { readonly next: unknown }
  | { readonly error: { readonly name: string; readonly code?: unknown; readonly message: string } }
)
