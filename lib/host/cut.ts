import type { ClientRecord } from '../contracts/history.ts'

/** How a flush stands to its client's record: how many of its commands the record has, or why it cannot be taken. */
export type Cut = { readonly type: 'fits'; readonly skip: number } | { readonly type: 'seen' | 'gap' | 'conflict' }

type Known = Pick<ClientRecord, 'seq' | 'first' | 'hashes'>

/**
 * Compares a flush with the record of its client (invariant 2); one without a record is for the history to judge. What
 * the record has is skipped, what comes behind it fits; a seq that the record holds with another hash is another command
 * under the same name.
 */
export function cutBy(known: Known, after: number, hashes: readonly string[]): Cut {
  const { seq } = known
  if (after > seq) return { type: 'gap' }
  for (let i = 0; i < hashes.length; i++) {
    const at = after + 1 + i
    if (at >= known.first && at <= seq && known.hashes[at - known.first] !== hashes[i]) return { type: 'conflict' }
  }
  const skip = seq - after
  return skip >= hashes.length ? { type: 'seen' } : { type: 'fits', skip }
}
