import type { Position } from '../contracts/history.ts'
import type { Change } from '../contracts/storage.ts'
import { completionOf } from '../document/replay.ts'
import type { Pending } from '../replica/pending.ts'
import { type Found, numberAfter, sentKey, waitingKey } from './kept.ts'

/** Commands that wait, and how often they had been changed when they were written. */
interface Written {
  readonly entries: readonly Pending[]
  readonly revisions: number
}

/** Some that were never sent. */
interface Chunk extends Written {
  readonly key: string
}

/** What a storage holds of the commands that wait: those that were sent in one text, the others in chunks. */
export interface Stock {
  readonly sent: Written
  /** Where the first of these stood when it was first sent. */
  readonly from?: Position | undefined
  readonly chunks: readonly Chunk[]
  /** The number of the next chunk. */
  readonly next: number
}

export const noStock: Stock = { sent: { entries: [], revisions: 0 }, chunks: [], next: 0 }

/** What was found, for whoever has it in hand now: `pending` are the commands that it held, in order. */
export function stockOf(chunks: Found['chunks'], pending: readonly Pending[]): Stock {
  const inChunks = chunks.reduce((sum, { size }) => sum + size, 0)
  let from = pending.length - inChunks
  return {
    sent: written(pending.slice(0, from)),
    chunks: chunks.map(({ key, size }) => {
      from += size
      return { key, ...written(pending.slice(from - size, from)) }
    }),
    next: numberAfter(chunks.map(({ key }) => key)),
  }
}

const chunkSize = 1_000
const chunksAtATime = 8

/** How many of the first pending it holds. */
export function stocked({ sent, chunks }: Stock): number {
  let count = 0
  for (const { entries } of [sent, ...chunks]) for (const entry of entries) if (!entry.isSettled) count++
  return count
}

/** What brings a storage from `stock` to what is pending now, or a good part of the way. */
export interface Restocking {
  readonly stock: Stock
  readonly changes: readonly Change[]
  /** How many commands are in it, and whether these are all. */
  readonly count: number
  readonly isWhole: boolean
}

/**
 * Compares what is written with what is pending. Commands leave at the front and come at the end, so that the chunks in
 * between need not be looked at, unless what waits `isShuffled`.
 */
export function restock(
  client: string,
  stock: Stock,
  pending: readonly Pending[],
  sentFrom: Position | undefined,
  isShuffled: boolean,
): Restocking {
  const changes: Change[] = []
  const sent = written(sentOf(pending))
  const isSentElsewhere = sent.entries.length > 0 && stock.from?.mark !== sentFrom?.mark
  if (isSentElsewhere || !isSame(stock.sent, sent)) {
    const commands = sent.entries.map((entry) => ({ seq: entry.seq, ...completionOf(entry) }))
    changes.push({
      key: sentKey(client),
      value: commands.length > 0 ? JSON.stringify({ from: sentFrom, commands }) : undefined,
    })
  }
  const chunks: Chunk[] = []
  let held = sent.entries.length
  let isPast = false
  for (const chunk of stock.chunks) {
    const now = isPast ? chunk : freshened(chunk)
    if (now.entries.length > 0) chunks.push(now)
    held += now.entries.length
    if (now !== chunk) changes.push({ key: chunk.key, value: textOf(now) })
    else if (!isShuffled) isPast = true
  }
  let { next } = stock
  for (let n = 0; n < chunksAtATime && held < pending.length; n++, next++) {
    const chunk = { key: waitingKey(client, next), ...written(pending.slice(held, held + chunkSize)) }
    chunks.push(chunk)
    changes.push({ key: chunk.key, value: textOf(chunk) })
    held += chunk.entries.length
  }
  return { stock: { sent, from: sentFrom, chunks, next }, changes, count: held, isWhole: held >= pending.length }
}

/** Every key that holds something of it. */
export const keysOf = (client: string, { sent, chunks }: Stock): string[] => [
  ...(sent.entries.length > 0 ? [sentKey(client)] : []),
  ...chunks.map(({ key }) => key),
]

const written = (entries: readonly Pending[]): Written => ({ entries, revisions: revisionsOf(entries) })

const revisionsOf = (entries: readonly Pending[]): number => entries.reduce((sum, { revision }) => sum + revision, 0)

function sentOf(pending: readonly Pending[]): readonly Pending[] {
  const first = pending.findIndex(({ seq }) => seq === 0)
  return pending.slice(0, first < 0 ? pending.length : first)
}

const isSame = (a: Written, b: Written): boolean =>
  a.revisions === b.revisions && a.entries.length === b.entries.length && a.entries.every((x, i) => x === b.entries[i])

/** The chunk as it should be: without what left or was sent, and with what it was changed to. */
function freshened(chunk: Chunk): Chunk {
  const stays = ({ seq, isSettled }: Pending) => seq === 0 && !isSettled
  if (chunk.entries.every(stays) && revisionsOf(chunk.entries) === chunk.revisions) return chunk
  return { key: chunk.key, ...written(chunk.entries.filter(stays)) }
}

const textOf = ({ entries }: Written): string | undefined =>
  entries.length > 0 ? JSON.stringify(entries.map(completionOf)) : undefined
