import type { Observable } from 'rxjs'
import type { AppendResult, Batch, ClientRecord, History, Position, Retention } from '../../../lib/contracts/history.ts'
import type { Lifetime } from '../lifetime.ts'
import { endOf, endOfAll, isAt, isBelow, judge, retentionOf, type Spot, type WrittenRecord } from '../rules.ts'
import { knownIn, planForgetting, sleepersIn } from './forgetting.ts'
import { type Keys, keysOf } from './keys.ts'
import type { Row, Rows, Store } from './store.ts'
import { floorIn, headIn, spotOf, trimmedBy } from './timeline.ts'

/** What the histories of one adapter share. */
export interface Shelf {
  readonly store: Store
  readonly life: Lifetime
  readonly retention: Partial<Retention> | undefined
  /** Says that this document has grown. */
  grown(id: string): void
  read(id: string, keys: Keys, position: Position): Observable<Batch>
}

/** The history of one document in a store. */
export function lmdbLog(id: string, { store, life, retention, grown, read }: Shelf): History {
  const keys = keysOf(id)

  async function append(position: Position, batches: readonly Batch[], initial?: object): Promise<AppendResult> {
    endOfAll(position, batches)
    const plan = store.look((rows) => planAppend(rows, keys, position, batches, initial))
    if ('type' in plan) return plan

    const { head, records } = plan
    const rows = [
      ...(head ? [] : beginning(id, keys, position, initial as object)),
      ...rowsOf(keys, head ?? { ...position, number: 0 }, batches, records),
    ]
    // Records are written with the head alone, so the plan is right if the commit finds the same head: one that was
    // forgotten meanwhile is written anew.
    if (!(await store.commit(guardOf(keys.head, head), rows))) return store.look((now) => notAtHead(headIn(now, keys)))
    grown(id)
    return { type: 'appended' }
  }

  async function save(
    position: Position,
    document: object,
    { commands, records }: Retention,
  ): Promise<'saved' | 'older' | 'regressed'> {
    for (;;) {
      const plan = store.look((rows) => planSave(rows, keys, position, commands))
      if (typeof plan === 'string') return plan
      const rows = [...snapshotRows(keys, plan.spot, document), ...plan.sleepers]
      if (!(await store.commit(guardOf(keys.snapshot, plan.newest), rows, plan.gone))) continue
      await forget(records)
      return 'saved'
    }
  }

  /** Apart from the snapshot, as only an append that comes between stands against it: then others wait longer. */
  async function forget(commands: number): Promise<void> {
    const plan = store.look((rows) => planForgetting(rows, keys, commands))
    if (plan) await store.commit(guardOf(keys.head, plan.head), plan.rows, plan.gone)
  }

  return {
    load: () =>
      life.run(() =>
        store.look((rows) => {
          const position = bare(rows.get<Spot>(keys.snapshot))
          if (!position) return undefined
          const document = rows.get(keys.document) as object
          return { snapshot: { commandCount: position.count, document }, position }
        }),
      ),
    append: (position, batches, initial) => life.run(() => append(position, batches, initial)),
    record: (client, by) =>
      life.run(() =>
        store.look((rows) => ({
          record: rows.get<ClientRecord>(keys.record(client, by)),
          head: bare(headIn(rows, keys)),
        })),
      ),
    save: (position, document, wanted) => life.run(() => save(position, document, retentionOf(retention, wanted))),
    read: (position) => life.hold(read(id, keys, position)),
  }
}

function bare(spot: Spot): Position
function bare(spot: Spot | undefined): Position | undefined
function bare(spot: Spot | undefined): Position | undefined {
  return spot && { count: spot.count, mark: spot.mark }
}

// A number of 0 is a version too.
const versionOf = (spot: Spot): number => spot.number + 1

const guardOf = (key: Buffer, spot: Spot | undefined) => ({ key, version: spot && versionOf(spot) })

const snapshotRows = (keys: Keys, spot: Spot, document: object): Row[] => [
  { key: keys.snapshot, value: spot, version: versionOf(spot) },
  { key: keys.document, value: document },
]

const beginning = (id: string, keys: Keys, position: Position, document: object): Row[] => [
  { key: keys.name, value: id },
  { key: keys.trace(position.count), value: position.count },
  ...snapshotRows(keys, { ...position, number: 0 }, document),
]

function rowsOf(keys: Keys, head: Spot, batches: readonly Batch[], records: readonly WrittenRecord[]): Row[] {
  const spots = batches.map((batch, index) => ({ ...endOf(batch), number: head.number + 1 + index }))
  const end = spots.at(-1) ?? head
  return [
    { key: keys.head, value: end, version: versionOf(end) },
    ...batches.map((batch, index) => ({ key: keys.batch(spots[index] as Spot), value: batch })),
    ...records.map(({ client, by, record }) => ({ key: keys.record(client, by), value: record })),
  ]
}

const notAtHead = (head: Spot | undefined): AppendResult => ({ type: 'not_at_head', head: bare(head) })

function planAppend(
  rows: Rows,
  keys: Keys,
  position: Position,
  batches: readonly Batch[],
  initial: object | undefined,
): { readonly head: Spot | undefined; readonly records: readonly WrittenRecord[] } | AppendResult {
  const head = headIn(rows, keys)
  if (head ? !isAt(position, head) : !initial) return notAtHead(head)
  const records = judge(batches, knownIn(rows, keys, position))
  return 'type' in records ? records : { head, records }
}

interface SavePlan {
  readonly spot: Spot
  /** The newest snapshot when this was planned. */
  readonly newest: Spot | undefined
  readonly gone: readonly Uint8Array[]
  readonly sleepers: readonly Row[]
}

function planSave(rows: Rows, keys: Keys, position: Position, commands: number): SavePlan | 'older' | 'regressed' {
  const floor = floorIn(rows, keys)
  const spot = spotOf(rows, keys, position)
  if (!spot) return floor && isBelow(position, floor) ? 'older' : 'regressed'
  const newest = rows.get<Spot>(keys.snapshot)
  if (newest && spot.number < newest.number) return 'older'
  const gone = trimmedBy(rows, keys, spot, commands)
  return { spot, newest, gone, sleepers: sleepersIn(rows, keys, gone) }
}
