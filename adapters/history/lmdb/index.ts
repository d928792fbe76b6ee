import { distinctUntilChanged, filter, interval, map, merge, Subject, share, tap } from 'rxjs'
import type { HistoryAdapter, Retention } from '../../../lib/contracts/history.ts'
import { type Environment, realEnvironment } from '../../../lib/environment.ts'
import { localChannels } from '../channels.ts'
import { lifetime } from '../lifetime.ts'
import { lmdbLog } from './history.ts'
import { pages } from './reading.ts'
import { openStore } from './store.ts'

/** How histories are kept and watched. */
export interface LmdbHistoryOptions {
  /** Milliseconds between two looks for what other processes appended, while somebody reads. @default 50 */
  readonly pollInterval?: number
  /** What is kept behind the newest snapshot. @default { commands: 10_000, records: 100_000 } */
  readonly retention?: Partial<Retention>
  readonly environment?: Pick<Environment, 'scheduler' | 'id'>
}

/**
 * Histories in a folder of this machine, in an embedded store (the package `lmdb`). What was appended is on disk before
 * `append` resolves and before anybody can read it, so it survives the death of the process and of the machine. Several
 * processes may share a folder; a channel reaches those who share this adapter.
 *
 * Throws `unavailable` where the folder cannot be used, with what to do about it.
 *
 * ```ts
 * const host = createHost({ documents, history: lmdbHistory('./data') })
 * ```
 */
export function lmdbHistory(folder: string, options: LmdbHistoryOptions = {}): HistoryAdapter {
  const { pollInterval = 50, retention, environment = realEnvironment } = options
  const store = openStore(folder, environment.id)
  const life = lifetime()
  const grown = new Subject<string>()
  let reads = 0
  const countRead = () => {
    reads += 1
  }

  // The first look of all counts as a change: those who wait ask what changed by themselves. So does the first after
  // anything was read: a store that goes back to what it was at the last look has changed for those who read since.
  const polled = interval(pollInterval, environment.scheduler).pipe(
    map(() => `${reads} ${store.newest()}`),
    distinctUntilChanged(),
    share(),
  )
  const woken = (id: string) => merge(grown.pipe(filter((grownId) => grownId === id)), polled)

  return {
    open: (id) =>
      lmdbLog(id, {
        store,
        life,
        retention,
        grown: (grownId) => grown.next(grownId),
        read: (id, keys, position) =>
          pages(store, id, keys, position, woken(id), environment.scheduler).pipe(
            tap({ subscribe: countRead, next: countRead }),
          ),
      }),
    channel: localChannels(life),
    close: () => life.close(() => store.close()),
  }
}
