import type { Position } from '../contracts/history.ts'
import type { Change } from '../contracts/storage.ts'
import type { KeptCommand } from '../document/actions/action.ts'
import type { Pending } from '../replica/pending.ts'
import { type Found, numberAfter, sentKey, waitingKey } from './kept.ts'

/** A command that waits, as it was written. */
interface Item {
  readonly entry: Pending
  readonly command: KeptCommand
  readonly createdId: string | undefined
}

/** Commands that were never sent, written together. */
interface Chunk {
  readonly key: string
  readonly items: readonly Item[]
}

/** What a storage holds of the commands that wait: those that were sent in one text, the others in chunks. */
export interface Stock {
  readonly sent: readonly Item[]
  /** Where the first of these stood when it was first sent. */
  readonly from?: Position | undefined
  readonly chunks: readonly Chunk[]
  /** The number of the next chunk. */
  readonly next: number
}

export const noStock: Stock = { sent: [], chunks: [], next: 0 }

/** What was found, for whoever has it in hand now: `pending` are the commands that it held, in order. */
export function stockOf(chunks: Found['chunks'], pending: readonly Pending[]): Stock {
  const inChunks = chunks.reduce((sum, { size }) => sum + size, 0)
  let from = pending.length - inChunks
  return {
    sent: pending.slice(0, from).map(itemOf),
    chunks: chunks.map(({ key, size }) => {
      const items = pending.slice(from, from + size).map(itemOf)
      from += size
      return { key, items }
    }),
    next: numberAfter(chunks.map(({ key }) => key)),
  }
}

const chunkSize = 1_000
const chunksAtATime = 8

/** How many of the first pending it holds. */
export function stocked({ sent, chunks }: Stock): number {
  let count = 0
  for (const { entry } of sent) if (!entry.isSettled) count++
  for (const { items } of chunks) for (const { entry } of items) if (!entry.isSettled) count++
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
  const sent = sentOf(pending)
  const isSentElsewhere = sent.length > 0 && stock.from?.mark !== sentFrom?.mark
  if (isSentElsewhere || !isSame(stock.sent, sent)) {
    const commands = sent.map(({ entry, command, createdId }) => ({ seq: entry.seq, command, createdId }))
    changes.push({
      key: sentKey(client),
      value: sent.length > 0 ? JSON.stringify({ from: sentFrom, commands }) : undefined,
    })
  }
  const chunks: Chunk[] = []
  let held = sent.length
  let isPast = false
  for (const chunk of stock.chunks) {
    const now = isPast ? chunk : freshened(chunk)
    if (now.items.length > 0) chunks.push(now)
    held += now.items.length
    if (now !== chunk) changes.push({ key: chunk.key, value: textOf(now) })
    else if (!isShuffled) isPast = true
  }
  let { next } = stock
  for (let n = 0; n < chunksAtATime && held < pending.length; n++, next++) {
    const items = pending.slice(held, held + chunkSize).map(itemOf)
    const chunk = { key: waitingKey(client, next), items }
    chunks.push(chunk)
    changes.push({ key: chunk.key, value: textOf(chunk) })
    held += items.length
  }
  return { stock: { sent, from: sentFrom, chunks, next }, changes, count: held, isWhole: held >= pending.length }
}

/** Every key that holds something of it. */
export const keysOf = (client: string, { sent, chunks }: Stock): string[] => [
  ...(sent.length > 0 ? [sentKey(client)] : []),
  ...chunks.map(({ key }) => key),
]

const itemOf = (entry: Pending): Item => ({ entry, command: entry.command, createdId: entry.createdId })

function sentOf(pending: readonly Pending[]): Item[] {
  const first = pending.findIndex(({ seq }) => seq === 0)
  return pending.slice(0, first < 0 ? pending.length : first).map(itemOf)
}

const isSame = (a: readonly Item[], b: readonly Item[]): boolean =>
  a.length === b.length && a.every((item, i) => item.entry === b[i]?.entry && item.command === b[i]?.command)

/** The chunk as it should be: without what left or was sent, and with what it was changed to. */
function freshened(chunk: Chunk): Chunk {
  const stays = ({ entry }: Item) => entry.seq === 0 && !entry.isSettled
  const asItWas = ({ entry, command, createdId }: Item) => entry.command === command && entry.createdId === createdId
  if (chunk.items.every((item) => stays(item) && asItWas(item))) return chunk
  return { key: chunk.key, items: chunk.items.filter(stays).map(({ entry }) => itemOf(entry)) }
}

const textOf = ({ items }: Chunk): string | undefined =>
  items.length > 0 ? JSON.stringify(items.map(({ command, createdId }) => ({ command, createdId }))) : undefined
