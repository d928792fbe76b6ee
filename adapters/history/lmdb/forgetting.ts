import type { Batch, ClientRecord, Position } from '../../../lib/contracts/history.ts'
import { isBehind, type Known, knownAtBeginning, type Spot } from '../rules.ts'
import { type Keys, spotIn } from './keys.ts'
import type { Row, Rows } from './store.ts'
import { headIn, mayBeHeldIn } from './timeline.ts'

/** A client whose record is older than every batch, unless it came back: the record is of the batch with this mark. */
interface Sleeper {
  readonly client: string
  readonly by: string
  readonly mark: string
}

/** What becomes of old records, if the head is still this one. */
export interface Forgetting {
  readonly head: Spot
  readonly rows: readonly Row[]
  readonly gone: readonly Uint8Array[]
}

const mostForgotten = 10_000

/** What a flush is measured by, in a history that has begun or begins now at `position`. */
export function knownIn(rows: Rows, keys: Keys, position: Position): Known {
  if (!headIn(rows, keys)) return knownAtBeginning(position)
  return {
    record: (client, by) => rows.get(keys.record(client, by)),
    forgotten: tracesIn(rows, keys).forgotten,
    mayBeHeld: (other) => mayBeHeldIn(rows, keys, other),
  }
}

/** Notes of the clients whose last batches are these, which are about to go. */
export const sleepersIn = (rows: Rows, keys: Keys, batches: readonly Uint8Array[]): Row[] =>
  batches.flatMap((key) => {
    const { client, by, mark } = rows.get<Batch>(key) as Batch
    const sleeper: Sleeper = { client, by, mark }
    return markOf(rows, keys, client, by) === mark ? [{ key: keys.sleeper(spotIn(key)), value: sleeper }] : []
  })

/** The records that lie so many commands behind the newest snapshot, with the trace they leave; `undefined`: none. */
export function planForgetting(rows: Rows, keys: Keys, commands: number): Forgetting | undefined {
  const [head, snapshot] = [headIn(rows, keys), rows.get<Spot>(keys.snapshot)]
  if (!head || !snapshot) return undefined
  // Traces are added and the lower ones taken away, so that of two hosts that forget neither takes the other's back.
  const { forgotten: before, lower: gone } = tracesIn(rows, keys)
  let forgotten = before
  for (const key of rows.keys(keys.sleepers)) {
    const { count, number } = spotIn(key)
    if (gone.length >= mostForgotten || !isBehind({ count, number }, snapshot, commands)) break
    gone.push(key)
    const { client, by, mark } = rows.get<Sleeper>(key) as Sleeper
    if (markOf(rows, keys, client, by) !== mark) continue
    gone.push(keys.record(client, by))
    forgotten = Math.max(forgotten, count)
  }
  if (gone.length === 0) return undefined
  if (forgotten > before) gone.push(keys.trace(before))
  return { head, rows: [{ key: keys.trace(forgotten), value: forgotten }], gone }
}

function tracesIn(rows: Rows, keys: Keys): { readonly forgotten: number; readonly lower: Uint8Array[] } {
  const lower = [...rows.keys(keys.traces)]
  const highest = lower.pop()
  return { forgotten: highest ? spotIn(highest).count : 0, lower }
}

const markOf = (rows: Rows, keys: Keys, client: string, by: string): string | undefined =>
  rows.get<ClientRecord>(keys.record(client, by))?.position.mark
