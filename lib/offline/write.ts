import type { Position } from '../contracts/history.ts'
import type { Change } from '../contracts/storage.ts'
import { type Completed, completionOf } from '../document/replay.ts'
import { batchKey, confirmedKey, type Header, headerKey, numberAfter } from './kept.ts'
import type { Source } from './queue.ts'
import { keysOf, noStock, restock, type Stock } from './stock.ts'

/** What the storage holds of a queue. */
export interface Held {
  readonly client: string
  /** Who sends it, as it is written; nothing is held where it is not. */
  readonly header: string | undefined
  /** What that says. */
  readonly until: number
  readonly pending: number
  readonly stock: Stock
  readonly batches: readonly string[]
  /** Characters in the batches, and in the document that they follow. */
  readonly batchSize: number
  readonly documentSize: number
}

export const nothingOf = (client: string): Held => ({
  client,
  header: undefined,
  until: 0,
  pending: 0,
  stock: noStock,
  batches: [],
  batchSize: 0,
  documentSize: 0,
})

/** What happened since the last write. */
export type News =
  | { readonly type: 'confirmed'; readonly completions: readonly Completed[]; readonly position: Position }
  /** The confirmed document is another. */
  | { readonly type: 'replaced' }
  | { readonly type: 'change'; readonly change: Change }

/** What changes in the storage, under which condition, and what it holds then. */
export interface Write {
  readonly expected: readonly Change[]
  readonly changes: readonly Change[]
  readonly held: Held
  /** Whether everything is in it. */
  readonly isWhole: boolean
}

const leastCompacted = 65_536
const fewPending = 1_000

/** Who writes. */
export type Holder = Omit<Header, 'pending' | 'seq'>

/** Brings the storage from what it holds to what the source has, or a good part of the way. */
export function update(
  held: Held,
  holder: Holder,
  { replica, standing, outbox }: Source,
  news: readonly News[],
  isShuffled: boolean,
): Write {
  const { client } = held
  const restocking = restock(client, held.stock, replica.pending, outbox.from, isShuffled)
  const confirmed = confirm(held, replica, standing.position, news)
  const header: Header = { ...holder, pending: restocking.count, seq: outbox.lastSeq }
  const text = JSON.stringify(header)
  const { until, pending } = header
  return {
    expected: [headerOf(held)],
    changes: [{ key: headerKey(client), value: text }, ...confirmed.changes, ...restocking.changes, ...changesIn(news)],
    held: { ...held, ...confirmed.held, header: text, until, pending, stock: restocking.stock },
    isWhole: restocking.isWhole,
  }
}

/** Deletes all that is held. */
export function removal(held: Held, news: readonly News[] = []): Write {
  const { client, stock, batches } = held
  const gone = [headerKey(client), confirmedKey(client), ...batches, ...keysOf(client, stock)]
  return {
    expected: [headerOf(held)],
    changes: [...gone.map((key) => ({ key, value: undefined })), ...changesIn(news)],
    held: nothingOf(client),
    isWhole: true,
  }
}

/** Both at once, or neither. */
export const together = (first: Write, { expected, changes, ...rest }: Write): Write => ({
  expected: [...first.expected, ...expected],
  changes: [...first.changes, ...changes],
  ...rest,
})

const headerOf = ({ client, header }: Held): Change => ({ key: headerKey(client), value: header })

const changesIn = (news: readonly News[]): Change[] =>
  news.flatMap((item) => (item.type === 'change' ? [item.change] : []))

/** The confirmed document anew, where it is another or too much has come on top of it; else what came on top. */
function confirm(
  { client, batches, batchSize, documentSize }: Held,
  replica: Source['replica'],
  position: Position | undefined,
  news: readonly News[],
): { readonly changes: readonly Change[]; readonly held: Partial<Held> } {
  const isLong = batchSize > Math.max(leastCompacted, documentSize) && replica.pending.length < fewPending
  if (position && (isLong || news.some(({ type }) => type === 'replaced'))) {
    const value = JSON.stringify({ position, document: replica.exposeConfirmed() })
    const gone = batches.map((key) => ({ key, value: undefined }))
    const held = { batches: [], batchSize: 0, documentSize: value.length }
    return { changes: [{ key: confirmedKey(client), value }, ...gone], held }
  }
  const confirmed = news.filter((item) => item.type === 'confirmed')
  const last = confirmed.at(-1)
  if (!last) return { changes: [], held: {} }
  const completions = confirmed.flatMap((item) => item.completions.map(completionOf))
  const value = JSON.stringify({ position: last.position, completions })
  const key = batchKey(client, numberAfter(batches))
  return { changes: [{ key, value }], held: { batches: [...batches, key], batchSize: batchSize + value.length } }
}
