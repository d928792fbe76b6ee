import type { AppendResult, Batch, ClientRecord, Position, Retention, Verdict } from '../../lib/contracts/history.ts'
import { MillraceError } from '../../lib/errors.ts'

const defaultRetention: Retention = { commands: 10_000, records: 100_000 }

/** What is kept, where some of it is said and the later word counts. A record lives as long as its batch. */
export function retentionOf(...said: readonly (Partial<Retention> | undefined)[]): Retention {
  const { commands, records }: Retention = Object.assign({}, defaultRetention, ...said)
  return { commands, records: Math.max(commands, records) }
}

/** A position with its place in the order of the batches: empty batches share a count, never a number. */
export interface Spot extends Position {
  readonly number: number
}

/** A record and whose it is. */
export interface WrittenRecord {
  readonly client: string
  readonly by: string
  readonly record: ClientRecord
}

/** What batches are measured by. */
export interface Known {
  record(client: string, by: string): ClientRecord | undefined
  /** The highest count at which a record that is forgotten was last used. */
  readonly forgotten: number
  /** Whether a position is held, or may have been before batches were trimmed. */
  mayBeHeld(position: Position): boolean
}

/** What a history knows that begins at a position. */
export const knownAtBeginning = (position: Position): Known => ({
  record: () => undefined,
  forgotten: position.count,
  mayBeHeld: (other) => isAt(other, position),
})

type Refused = Extract<AppendResult, { type: 'refused' }>

export const endOf = (batch: Batch): Position => ({ count: batch.from + batch.completions.length, mark: batch.mark })

export const isAt = (position: Position, other: Position): boolean =>
  position.count === other.count && position.mark === other.mark

export const follows = (batch: Batch, position: Position): boolean =>
  batch.from === position.count && batch.follows === position.mark

/** Where batches that begin at `position` end. Throws a `TypeError` where one does not follow the one before. */
export function endOfAll(position: Position, batches: readonly Batch[]): Position {
  return batches.reduce((end, batch) => {
    if (!follows(batch, end)) {
      throw new TypeError(
        `Batch ${batch.mark} follows ${batch.follows} at ${batch.from}; the one before it ends with ${end.mark} at ${end.count}.`,
      )
    }
    return endOf(batch)
  }, position)
}

/**
 * Measures each batch by the record as those before it leave it: the records to write where all of them fit, else a
 * verdict on each.
 */
export function judge(batches: readonly Batch[], known: Known): readonly WrittenRecord[] | Refused {
  const written = new Map<string, WrittenRecord>()
  const verdicts = batches.map((batch) => {
    const { client, by } = batch
    const key = clientKey(client, by)
    const record = written.get(key)?.record ?? known.record(client, by)
    const verdict = verdictOn(batch, record, known)
    if (verdict === 'fits') written.set(key, { client, by, record: recordFrom(batch) })
    return { verdict, record }
  })
  return verdicts.every(({ verdict }) => verdict === 'fits') ? [...written.values()] : { type: 'refused', verdicts }
}

/** One text for client and subject together. JSON keeps any two pairs apart. */
export const clientKey = (client: string, by: string): string => JSON.stringify([by, client])

function verdictOn(batch: Batch, record: ClientRecord | undefined, known: Known): Verdict {
  if (!record && mayBeForgotten(batch, known)) return 'expired'
  const seq = record?.seq ?? 0
  if (batch.after === seq) return isOfAnotherHistory(batch, known) ? 'expired' : 'fits'
  if (batch.after > seq) return 'gap'
  return record !== undefined && isOther(batch, record) ? 'conflict' : 'seen'
}

const mayBeForgotten = (batch: Batch, known: Known): boolean =>
  (batch.sentFrom !== undefined && batch.sentFrom.count < known.forgotten) || isOfAnotherHistory(batch, known)

const isOfAnotherHistory = ({ sentFrom }: Batch, { mayBeHeld }: Known): boolean =>
  sentFrom !== undefined && sentFrom.count > 0 && !mayBeHeld(sentFrom)

/** Whether a seq that both know has another content in each. */
function isOther(batch: Batch, record: ClientRecord): boolean {
  return batch.hashes.some((hash, index) => {
    const known = record.hashes[batch.after + 1 + index - record.first]
    return known !== undefined && known !== hash
  })
}

const recordFrom = (batch: Batch): ClientRecord => ({
  seq: batch.last,
  first: batch.after + 1,
  position: endOf(batch),
  outcome: batch.outcome,
  hashes: batch.hashes,
})

/** Whether what ends at `spot` lies so many commands, or batches, behind the newest snapshot. Never above it. */
export function isBehind(spot: Pick<Spot, 'count' | 'number'>, snapshot: Spot, commands: number): boolean {
  if (spot.number > snapshot.number) return false
  return spot.count <= snapshot.count - commands || spot.number <= snapshot.number - commands
}

/** Whether a position that is not held may have been trimmed: it lies at or below the `floor`, which has moved. */
export const isBelow = (position: Position, floor: Spot): boolean => floor.number > 0 && position.count <= floor.count

/** Why nothing can be read behind a position that is not held. `floor` is absent where there is no history. */
export function notHeld(id: string, position: Position, floor: Spot | undefined): MillraceError {
  const name = id.length > 80 ? `${id.slice(0, 80)}…` : id
  return floor !== undefined && isBelow(position, floor)
    ? new MillraceError(
        'history_trimmed',
        `The history of ${name} begins at ${floor.count}; ${position.count} is gone. Load its snapshot.`,
        { floor: floor.count },
      )
    : new MillraceError(
        'regressed',
        `The history of ${name} holds no ${position.mark} at ${position.count}. Load its snapshot.`,
      )
}
