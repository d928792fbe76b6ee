import type { Position } from '../contracts/history.ts'
import type { CommandCompletion } from '../flushout.ts'
import { byteLength } from '../protocol/fingerprint.ts'
import type { Limits } from '../protocol/limits.ts'
import type { Flush } from '../protocol/messages.ts'
import type { Pending } from '../replica/pending.ts'

/** The next flush: which of the pending go with it, or the first one, which is too large to ever go. */
export type Cutting =
  | { readonly type: 'flush'; readonly entries: readonly Pending[] }
  | { readonly type: 'too_large'; readonly entry: Pending; readonly bytes: number }

/** Takes as many pending commands as one flush may hold, from the front. */
export function cutFlush(pending: readonly Pending[], { flushBytes, flushCommands }: Limits): Cutting {
  let bytes = 0
  for (let n = 0; n < pending.length && n < flushCommands; n++) {
    const entry = pending[n] as Pending
    const size = byteLength(JSON.stringify(completionOf(entry)))
    if (bytes + size > flushBytes) {
      return n === 0 ? { type: 'too_large', entry, bytes: size } : { type: 'flush', entries: pending.slice(0, n) }
    }
    bytes += size
  }
  return { type: 'flush', entries: pending.slice(0, flushCommands) }
}

/** Numbers what is sent for the first time, in order, behind `last`. From then on seq and content never change. */
export function number(entries: readonly Pending[], last: number): number {
  let seq = last
  for (const entry of entries) {
    if (entry.seq === 0) entry.seq = seq + 1
    seq = entry.seq
  }
  return Math.max(seq, last)
}

export const flushOf = (document: string, client: string, from: Position, entries: readonly Pending[]): Flush => ({
  type: 'flush',
  document,
  client,
  after: (entries[0] as Pending).seq - 1,
  from,
  completions: entries.map(completionOf),
})

const completionOf = ({ command, createdId }: Pending): CommandCompletion =>
  (createdId === undefined ? { command } : { command, createdId }) as CommandCompletion
