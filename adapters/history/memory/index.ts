import { concatMap, defer, Subject, startWith } from 'rxjs'
import type {
  Batch,
  ClientRecord,
  History,
  HistoryAdapter,
  Position,
  Retention,
} from '../../../lib/contracts/history.ts'
import { localChannels } from '../channels.ts'
import { type Lifetime, lifetime } from '../lifetime.ts'
import {
  clientKey,
  endOf,
  endOfAll,
  isAt,
  isBehind,
  isBelow,
  judge,
  type Known,
  knownAtBeginning,
  notHeld,
  retentionOf,
  type Spot,
} from '../rules.ts'

/**
 * Histories in the memory of this process, gone with it: for specs, pages and servers that keep nothing. Several hosts
 * may share one adapter. It holds what it is given, as it is: nobody changes a batch or a document afterwards.
 */
export function memoryHistory({
  retention,
}: {
  /** What is kept behind the newest snapshot. @default { commands: 10_000, records: 100_000 } */
  readonly retention?: Partial<Retention>
} = {}): HistoryAdapter {
  const life = lifetime()
  const histories = new Map<string, History>()

  return {
    open(id) {
      const history = histories.get(id) ?? memoryLog(id, retention, life)
      histories.set(id, history)
      return history
    },
    channel: localChannels(life),
    close: () => life.close(() => histories.clear()),
  }
}

interface Log {
  /** What the oldest batch follows. The number of `batches[i]` is `floor.number + 1 + i`. */
  floor: Spot
  readonly batches: Batch[]
  snapshot: Spot
  document: object
  /** By client and subject, who was here last at the end. */
  readonly records: Map<string, Kept>
  /** The highest count at which a record that is forgotten was last used. */
  forgotten: number
}

/** A record, and the place of the batch that it is of. */
interface Kept {
  readonly record: ClientRecord
  readonly number: number
}

function memoryLog(id: string, retention: Partial<Retention> | undefined, life: Lifetime): History {
  let log: Log | undefined
  const grown = new Subject<void>()

  return {
    load: () =>
      life.run(() => {
        if (!log) return undefined
        const { snapshot, document } = log
        return { snapshot: { commandCount: snapshot.count, document }, position: positionOf(snapshot) }
      }),

    append: (position, batches, initial) =>
      life.run(() => {
        endOfAll(position, batches)
        const head = log && headOf(log)
        if (head ? !isAt(position, head) : !initial) return { type: 'not_at_head', head: head && positionOf(head) }

        const judged = judge(batches, log ? knownIn(log) : knownAtBeginning(position))
        if ('type' in judged) return judged

        log ??= begin(position, initial as object)
        for (const batch of batches) log.batches.push(batch)
        for (const { client, by, record } of judged) keep(log, clientKey(client, by), record)
        grown.next()
        return { type: 'appended' }
      }),

    record: (client, by) =>
      life.run(() => ({ record: log && recordIn(log, client, by), head: log && positionOf(headOf(log)) })),

    save: (position, document, wanted) =>
      life.run(() => {
        const spot = log && find(log, position)
        if (!log || !spot) return log && isBelow(position, log.floor) ? 'older' : 'regressed'
        if (spot.number < log.snapshot.number) return 'older'
        Object.assign(log, { snapshot: spot, document })
        const { commands, records } = retentionOf(retention, wanted)
        trim(log, commands)
        forget(log, records)
        return 'saved'
      }),

    read: (position) =>
      life.hold(
        defer(() => {
          let at: Spot | undefined
          return grown.pipe(
            startWith(undefined),
            concatMap(() => {
              if (!log) return []
              at ??= find(log, position)
              if (!at || at.number < log.floor.number) throw notHeld(id, at ?? position, log.floor)
              const batches = log.batches.slice(at.number - log.floor.number)
              at = headOf(log)
              return batches
            }),
          )
        }),
      ),
  }
}

function begin(position: Position, document: object): Log {
  const floor = { ...positionOf(position), number: 0 }
  return { floor, batches: [], snapshot: floor, document, records: new Map(), forgotten: position.count }
}

const recordIn = (log: Log, client: string, by: string): ClientRecord | undefined =>
  log.records.get(clientKey(client, by))?.record

const knownIn = (log: Log): Known => ({
  record: (client, by) => recordIn(log, client, by),
  forgotten: log.forgotten,
  mayBeHeld: (position) => find(log, position) !== undefined || isBelow(position, log.floor),
})

function keep(log: Log, key: string, record: ClientRecord): void {
  log.records.delete(key)
  log.records.set(key, { record, number: headOf(log).number })
}

const positionOf = ({ count, mark }: Position): Position => ({ count, mark })

const spotOf = (log: Log, index: number): Spot => ({
  ...endOf(log.batches[index] as Batch),
  number: log.floor.number + 1 + index,
})

const headOf = (log: Log): Spot => (log.batches.length === 0 ? log.floor : spotOf(log, log.batches.length - 1))

function find(log: Log, position: Position): Spot | undefined {
  const index = log.batches.findLastIndex((batch) => isAt(endOf(batch), position))
  if (index >= 0) return spotOf(log, index)
  return isAt(log.floor, position) ? log.floor : undefined
}

function trim(log: Log, commands: number): void {
  const kept = log.batches.findIndex((_, index) => !isBehind(spotOf(log, index), log.snapshot, commands))
  const gone = kept < 0 ? log.batches.length : kept
  if (gone === 0) return
  log.floor = spotOf(log, gone - 1)
  log.batches.splice(0, gone)
}

/** Those used last are at the end, so whoever is not old enough stands before others that are not. */
function forget(log: Log, commands: number): void {
  for (const [key, { record, number }] of log.records) {
    const { count } = record.position
    if (!isBehind({ count, number }, log.snapshot, commands)) return
    log.records.delete(key)
    log.forgotten = Math.max(log.forgotten, count)
  }
}
