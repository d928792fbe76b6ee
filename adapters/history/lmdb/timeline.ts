import type { Batch, Position } from '../../../lib/contracts/history.ts'
import { endOf, follows, isAt, isBehind, isBelow, notHeld, type Spot } from '../rules.ts'
import { type Keys, spotIn } from './keys.ts'
import type { Rows } from './store.ts'

/** Batches that stand behind each other, up to `end`. `more` is set where there may be others behind it. */
export interface Page {
  readonly batches: readonly Batch[]
  readonly end: Spot
  readonly more: boolean
}

// So that a long history neither fills the memory nor holds up the other documents.
const pageBatches = 256
const pageCharacters = 1_048_576
const mostTrimmed = 10_000

export const headIn = (rows: Rows, keys: Keys): Spot | undefined => rows.get<Spot>(keys.head)

/** What the oldest batch follows: positions below it are gone. */
export function floorIn(rows: Rows, keys: Keys): Spot | undefined {
  const [oldest] = rows.keys(allOf(keys))
  if (!oldest) return headIn(rows, keys)
  const { from, follows: mark } = rows.get<Batch>(oldest) as Batch
  return { count: from, mark, number: spotIn(oldest).number - 1 }
}

/** The place of a position in the order of the batches, or `undefined` where it is not held. */
export function spotOf(rows: Rows, keys: Keys, position: Position): Spot | undefined {
  for (const key of rows.keys({ start: keys.batchesFrom(position.count), end: keys.batchesEnd })) {
    const { count, number } = spotIn(key)
    if (count !== position.count) break
    if (rows.get<Batch>(key)?.mark === position.mark) return { ...position, number }
  }
  const floor = floorIn(rows, keys)
  return floor && isAt(floor, position) ? floor : undefined
}

/** Whether a position is held, or may have been before batches were trimmed. */
export function mayBeHeldIn(rows: Rows, keys: Keys, position: Position): boolean {
  const floor = floorIn(rows, keys)
  return spotOf(rows, keys, position) !== undefined || (floor !== undefined && isBelow(position, floor))
}

/** The batches behind a spot. Throws `history_trimmed` or `regressed` where the history does not go on from there. */
export function pageAfter(rows: Rows, keys: Keys, id: string, spot: Spot): Page {
  const batches: Batch[] = []
  let characters = 0
  let end = spot
  for (const row of rows.range<Batch>({ start: keys.batch(spot), end: keys.batchesEnd, exclusiveStart: true })) {
    if (!follows(row.value, end)) break
    batches.push(row.value)
    end = { ...endOf(row.value), number: end.number + 1 }
    characters += row.characters
    if (batches.length === pageBatches || characters >= pageCharacters) return { batches, end, more: true }
  }
  const head = headIn(rows, keys)
  if (!head || !isAt(head, end)) throw notHeld(id, end, floorIn(rows, keys))
  return { batches, end, more: false }
}

/** The keys of the batches that go when this becomes the newest snapshot; the rest of a great many goes with the next. */
export function trimmedBy(rows: Rows, keys: Keys, snapshot: Spot, commands: number): Uint8Array[] {
  const gone: Uint8Array[] = []
  for (const key of rows.keys(allOf(keys))) {
    if (gone.length === mostTrimmed || !isBehind(spotIn(key), snapshot, commands)) break
    gone.push(key)
  }
  return gone
}

const allOf = (keys: Keys) => ({ start: keys.batchesFrom(), end: keys.batchesEnd })
