import { type Observable, Subject, type Subscription } from 'rxjs'
import type { Batch, History, HistoryAdapter, Position, Retention } from '../../contracts/history.ts'
import { hasCode } from '../../errors.ts'
import { check, eventually } from '../transport/checks.ts'
import { marksOf } from './batches.ts'

/** How much is kept behind the newest snapshot. */
export type HistoryRetention = Retention

/** One store, empty at first, and how hosts reach it. Made anew for each law. */
export interface HistoryStore {
  /** An adapter as another host would have it: in this process or, handed on, in another. */
  open(): Promise<HistoryAdapter> | HistoryAdapter
  /** Removes everything. The adapters are closed by then. */
  close(): Promise<void> | void
}

/** Makes an empty store. */
export type HistoryFactory = (options: { readonly retention: HistoryRetention }) => Promise<HistoryStore> | HistoryStore

/** One subscription to `read`, and what came of it. */
export interface Reader {
  readonly batches: readonly Batch[]
  readonly outcome: 'open' | 'completed' | { readonly error: unknown }
  readonly change$: Observable<unknown>
  stop(): void
}

/** What a law has at hand. */
export interface Bench {
  /** Two openers of one store. */
  readonly left: HistoryAdapter
  readonly right: HistoryAdapter
  open(): Promise<HistoryAdapter>
  /** Subscribes at once. `onBatch` runs inside `next`. */
  read(history: History, position: Position, onBatch?: (batch: Batch, reader: Reader) => void): Reader
  until(expected: string, of: { readonly change$: Observable<unknown> }, holds: () => boolean): Promise<void>
  /** Resolves when the reader has met this batch, or is over. */
  untilRead(reader: Reader, mark: string): Promise<void>
  /** Resolves when the reader is over; fails unless with an error of this code. */
  untilEnded(reader: Reader, code: 'regressed' | 'history_trimmed' | 'closed'): Promise<void>
}

/** Runs a law at a bench of its own, and frees all of it. */
export async function atBench(
  factory: HistoryFactory,
  retention: HistoryRetention,
  patience: number,
  law: (bench: Bench) => Promise<void>,
): Promise<void> {
  const store = await factory({ retention })
  const opened: HistoryAdapter[] = []
  const readers: Reader[] = []
  const open = async () => {
    const adapter = await store.open()
    opened.push(adapter)
    return adapter
  }
  try {
    const until: Bench['until'] = (expected, { change$ }, holds) => eventually(expected, change$, holds, patience)
    await law({
      left: await open(),
      right: await open(),
      open,
      read(history, position, onBatch) {
        const reader = readerOf(history.read(position), onBatch)
        readers.push(reader)
        return reader
      },
      until,
      untilRead: (reader, mark) =>
        until(`${mark} is read`, reader, () => reader.outcome !== 'open' || marksOf(reader.batches).includes(mark)),
      async untilEnded(reader, code) {
        await until(`the reader ends with ${code}`, reader, () => reader.outcome !== 'open')
        const { outcome } = reader
        const found = typeof outcome === 'object' ? outcome.error : outcome
        check(hasCode(found, code), `an error with the code ${code}, not ${String(found)}`)
      },
    })
  } finally {
    for (const reader of readers) reader.stop()
    await Promise.all(opened.map((adapter) => adapter.close()))
    await store.close()
  }
}

function readerOf(batches$: Observable<Batch>, onBatch?: (batch: Batch, reader: Reader) => void): Reader {
  const batches: Batch[] = []
  const change$ = new Subject<void>()
  let outcome: Reader['outcome'] = 'open'
  let subscription: Subscription | undefined
  let stopped = false
  const stop = () => {
    stopped = true
    subscription?.unsubscribe()
  }
  const reader: Reader = {
    batches,
    change$,
    stop,
    get outcome() {
      return outcome
    },
  }
  const become = (next: Reader['outcome']) => {
    outcome = next
    change$.next()
  }
  subscription = batches$.subscribe({
    next(batch) {
      // Nobody can unsubscribe from what comes inside `subscribe`.
      if (stopped && !subscription) return
      batches.push(batch)
      onBatch?.(batch, reader)
      change$.next()
    },
    error: (error: unknown) => become({ error }),
    complete: () => become('completed'),
  })
  if (stopped) subscription.unsubscribe()
  return reader
}
