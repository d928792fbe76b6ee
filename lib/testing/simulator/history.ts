import { NEVER, Observable } from 'rxjs'
import type { Batch, History, HistoryAdapter, Position } from '../../contracts/history.ts'
import { MillraceError } from '../../errors.ts'
import type { Actor } from './actor.ts'
import { type Archivist, type Keep, Log } from './log.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** What becomes of a call: it is answered, or it fails, before it did anything or after. */
export type Fate = 'answered' | 'not_written' | 'written'

/** All histories, as one store has them. */
export class Store {
  readonly timeline: Timeline
  readonly logs = new Map<string, Log>()
  readonly keep: Keep
  /** Milliseconds from written to durable. */
  syncTime = 2
  readonly #archivist: Archivist

  constructor(timeline: Timeline, archivist: Archivist, keep: Keep) {
    this.timeline = timeline
    this.#archivist = archivist
    this.keep = keep
  }

  log(document: string): Log {
    const log = this.logs.get(document) ?? new Log(document, this.#archivist)
    this.logs.set(document, log)
    return log
  }
}

/** What happens to what one host asks of the store. */
export interface Way {
  /** Milliseconds to the store, and as many back. */
  latency(): number
  /** What becomes of the next call of a method. */
  fate(method: 'load' | 'append' | 'record' | 'save'): Fate
  /** Milliseconds from when something is durable to when this host hears of it; `undefined` where the notice is lost. */
  lag(): number | undefined
  /** Whether the store can be reached. */
  isUp(): boolean
}

/** How long a call waits for its answer before it fails. */
const patience = 1_000
/** How often a reader looks for itself. */
const pollInterval = 1_500
const mostPerPage = 4

/** One host's way to the store. Whatever crosses it is copied, as by any store. */
export function simulatedHistory(store: Store, host: Actor, way: Way, random: Random): HistoryAdapter {
  let isClosed = false
  const closing = new Set<() => void>()
  const closed = () => new MillraceError('closed', 'This history was closed.')

  function call<R>(method: Parameters<Way['fate']>[0], work: (answer: (result: R) => void, fail: () => void) => void) {
    return new Promise<R>((resolve, reject) => {
      if (isClosed) return reject(closed())
      const back = (settle: () => void) => host.after(way.latency(), settle)
      const fail = () => back(() => reject(new Error(`The store did not answer (${method}).`)))
      const fate = way.fate(method)
      if (fate === 'not_written' || !way.isUp()) {
        host.after(patience, () => reject(new Error(`The store cannot be reached (${method}).`)))
        return
      }
      // It reaches the store even if the host dies meanwhile.
      store.timeline.after(way.latency(), () =>
        work((result) => {
          const copy = result === undefined ? result : (JSON.parse(JSON.stringify(result)) as R)
          if (fate === 'written') fail()
          else back(() => resolve(copy))
        }, fail),
      )
    })
  }

  const open = (document: string): History => {
    const log = store.log(document)
    return {
      load: () =>
        call('load', (answer) => {
          const kept = log.load()
          answer(
            kept && {
              snapshot: { commandCount: kept.position.count, document: JSON.parse(kept.text) as object },
              position: kept.position,
            },
          )
        }),

      append(position, batches, initial) {
        endOfAll(position, batches)
        const text = JSON.stringify(batches)
        const begins = initial && JSON.stringify(initial)
        return call('append', (answer, fail) => {
          const result = log.append(position, JSON.parse(text) as Batch[], begins)
          const { length } = log
          store.timeline.after(store.syncTime, () => log.sync(length))
          log.whenDurable(() => answer(result), fail)
        })
      },

      record: (client, by) =>
        call('record', (answer, fail) => {
          const result = { record: log.record(client, by), head: log.head }
          log.whenDurable(() => answer(result), fail)
        }),

      save(position, value) {
        const text = JSON.stringify(value)
        return call('save', (answer) => answer(log.save(position, text, store.keep)))
      },

      read: (position) =>
        new Observable((out) => {
          if (isClosed) return out.error(closed())
          const end = () => out.error(closed())
          closing.add(end)
          out.add(() => closing.delete(end))
          out.add(
            follow(
              log,
              position,
              host,
              way,
              random,
              (batch) => out.next(batch),
              (error) => out.error(error),
            ),
          )
          return undefined
        }),
    }
  }

  return {
    open,
    channel: () => ({ publish: () => undefined, messages$: NEVER }),
    async close() {
      isClosed = true
      for (const end of [...closing]) end()
    },
  }
}

/** Reads on from a position, in pages, whenever it hears that there is more, and now and then. @returns what ends it */
function follow(
  log: Log,
  begin: Position,
  host: Actor,
  way: Way,
  random: Random,
  next: (batch: Batch) => void,
  end: (error: unknown) => void,
): () => void {
  let isOver = false
  let at = begin
  let index: number | undefined
  let isReading = false

  const fail = (error: unknown) => {
    stop()
    end(error)
  }
  const read = () => {
    if (isOver || isReading || !way.isUp() || (!log.hasBegun && index === undefined)) return
    index ??= log.find(at)
    if (index === undefined) return fail(notHeld(log, at))
    if (!log.endsWith(index, at)) return fail(notHeld(log, at))
    const page = log.slice(index, 1 + random.below(mostPerPage))
    if (!page) return fail(notHeld(log, at))
    if (page.length === 0) return
    const text = JSON.stringify(page)
    isReading = true
    host.after(way.latency(), () => {
      isReading = false
      if (isOver) return
      for (const batch of JSON.parse(text) as Batch[]) {
        index = (index as number) + 1
        at = { count: batch.from + batch.completions.length, mark: batch.mark }
        next(batch)
        if (isOver) return
      }
      read()
    })
  }
  const hear = () => {
    if (host.isDead) return stop()
    const lag = way.lag()
    if (lag !== undefined) host.after(lag, read)
  }
  const look = () => {
    read()
    if (!isOver) host.after(pollInterval, look)
  }
  const stop = () => {
    isOver = true
    log.grown.delete(hear)
  }
  log.grown.add(hear)
  host.after(0, look)
  return stop
}

const notHeld = (log: Log, { count, mark }: Position): MillraceError =>
  log.isTrimmed({ count, mark })
    ? new MillraceError('history_trimmed', `What lies behind ${count} is gone.`)
    : new MillraceError('regressed', `There is no ${mark} at ${count}.`)

function endOfAll(position: Position, batches: readonly Batch[]): void {
  let end = position
  for (const { from, follows, completions, mark } of batches) {
    if (from !== end.count || follows !== end.mark) throw new TypeError(`${mark} does not follow ${end.mark}.`)
    end = { count: from + completions.length, mark }
  }
}
