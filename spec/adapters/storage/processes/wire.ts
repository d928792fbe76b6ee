import type { Storage } from '../../../../lib/contracts/storage.ts'

/** What is asked of the storages of another process. */
export type Question = { readonly number: number; readonly storage: number } & (
  | { readonly ask: 'open'; readonly folder: string }
  | { readonly ask: 'read'; readonly args: Parameters<Storage['read']> }
  | { readonly ask: 'write'; readonly args: Parameters<Storage['write']> }
  | { readonly ask: 'hold'; readonly name: string }
  | { readonly ask: 'letGo'; readonly held: number }
  | { readonly ask: 'close' }
)

export type Reply = { readonly number: number } & (
  | { readonly answer: unknown }
  | { readonly error: { readonly name: string; readonly code: unknown; readonly message: string } }
)
