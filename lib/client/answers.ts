import type { Outcome } from '../contracts/history.ts'
import type { KeptCommand } from '../document/actions/action.ts'
import type { Path } from '../document/path.ts'
import { type Completed, completionOf } from '../document/replay.ts'
import type { CommandCompletion } from '../flushout.ts'
import { fingerprint } from '../protocol/fingerprint.ts'
import type { Commands, KnownRecord } from '../protocol/messages.ts'
import type { Pending, Settlement } from '../replica/pending.ts'
import { follow, placeOf } from '../replica/replica.ts'

/** What a client's own commands became, in order. */
export interface Answered {
  /** What each became; told once the document stands where the answer was given. */
  readonly settlements: readonly { readonly entry: Pending; readonly settlement: Settlement }[]
  /** The commands as the history has them. */
  readonly completions: readonly Completed[]
  /** The places of creates that were refused. */
  readonly refused: readonly Path[]
  readonly renamed: readonly { readonly path: Path; readonly id: string }[]
  /** Whether the history has all of them just as they stand here. */
  readonly isPlain: boolean
}

/** The seqs of a batch's completions: all that it used but the rejected. */
export function seqsOf({ after, last, rejected }: Pick<Commands, 'after' | 'last' | 'rejected'>): number[] {
  const refused = rejected && new Set(rejected)
  const seqs: number[] = []
  for (let seq = after + 1; seq <= last; seq++) if (!refused?.has(seq)) seqs.push(seq)
  return seqs
}

/** How many of the pending commands were sent with seqs up to this one. */
export function covered(pending: readonly Pending[], seq = 0): number {
  const n = pending.findIndex((entry) => entry.seq === 0 || entry.seq > seq)
  return n < 0 ? pending.length : n
}

/** Whether a record's numbers are of the commands that have them here: histories and storages may go back. */
export function isMeant(pending: readonly Pending[], { seq, hash }: KnownRecord): boolean {
  const last = pending[covered(pending, seq) - 1]
  if (last?.seq !== seq || hash === undefined) return true
  return fingerprint(JSON.stringify(completionOf(last))) === hash
}

/** What a batch shows of its outcome; why it lacks a command it does not say. */
function outcomeOf(batch: Commands, pending: readonly Pending[]): Outcome {
  const seqs = seqsOf(batch)
  const taken = new Map(seqs.map((seq, i) => [seq, batch.completions[i] as CommandCompletion]))
  const rewritten: NonNullable<Outcome['rewritten']>[number][] = []
  const renamed: NonNullable<Outcome['renamed']>[number][] = []
  for (const { seq, command, createdId } of pending) {
    const completion = taken.get(seq)
    if (!completion) continue
    const { props } = completion.command as { readonly props?: unknown }
    if (JSON.stringify(props) !== JSON.stringify((command as { readonly props?: unknown }).props))
      rewritten.push({ seq, props })
    if (completion.createdId !== undefined && completion.createdId !== createdId)
      renamed.push({ seq, id: completion.createdId })
  }
  const rejected = batch.rejected?.map((seq) => ({ seq, code: 'rejected', reason: 'The Master refused it.' })) ?? []
  return { rejected, rewritten, renamed }
}

/** Reads the own batch: its outcome is in the record, if that came first; else the reasons of refusals are not known. */
export const answerIn = (
  batch: Commands,
  record: KnownRecord | null | undefined,
  pending: readonly Pending[],
  count: number,
): Answered =>
  answer(pending, count, record?.seq === batch.last ? record.outcome : outcomeOf(batch, pending.slice(0, count)))

/**
 * Reads an outcome for the first `count` of the pending commands, and lets what waits behind a renamed create follow it.
 * Answers name commands by seq, never by path. Of those below `firstKnown` it is no longer known what they became.
 */
export function answer(pending: readonly Pending[], count: number, outcome: Outcome, firstKnown = 0): Answered {
  const rejected = new Map(outcome.rejected?.map((item) => [item.seq, item]))
  const rewritten = new Map(outcome.rewritten?.map((item) => [item.seq, item]))
  const renamedIds = new Map(outcome.renamed?.map((item) => [item.seq, item]))
  const settlements: Answered['settlements'][number][] = []
  const completions: Completed[] = []
  const refused: Path[] = []
  const renamed: Answered['renamed'][number][] = []
  let isPlain = rejected.size + rewritten.size + renamedIds.size === 0

  for (let i = 0; i < count; i++) {
    const entry = pending[i] as Pending
    isPlain &&= !entry.aside
    if (entry.seq < firstKnown) {
      settlements.push({
        entry,
        settlement: { type: 'unknown', reason: 'The host no longer knows what became of it.' },
      })
      continue
    }
    const place = placeOf(entry)
    const refusal = rejected.get(entry.seq)
    if (refusal) {
      if (place) refused.push(place)
      settlements.push({ entry, settlement: { type: 'rejected', code: refusal.code, reason: refusal.reason } })
      continue
    }
    const id = renamedIds.get(entry.seq)?.id
    if (id !== undefined && place) {
      entry.createdId = id
      follow(pending, i + 1, place, [...place.slice(0, -1), id])
      renamed.push({ path: place, id })
    }
    const change = rewritten.get(entry.seq)
    const command = change ? ({ ...entry.command, props: change.props } as KeptCommand) : entry.command
    const created = entry.createdId === undefined ? {} : { createdId: entry.createdId }
    completions.push({ command, ...created })
    settlements.push({
      entry,
      settlement: change ? { type: 'rewritten', props: change.props, ...created } : { type: 'confirmed', ...created },
    })
  }
  return { settlements, completions, refused, renamed, isPlain }
}
