import { concatMap, expand, filter, map, type Observable, type SchedulerLike, startWith, take, timer } from 'rxjs'
import type { Batch, Position } from '../../../lib/contracts/history.ts'
import { isAt, notHeld } from '../rules.ts'
import type { Keys } from './keys.ts'
import type { Store } from './store.ts'
import { floorIn, headIn, type Page, pageAfter, spotOf } from './timeline.ts'

/**
 * The batches behind `position`, page by page, each a look of its own; behind the last page whenever `woken` says that
 * there may be more.
 */
export function pages(
  store: Store,
  id: string,
  keys: Keys,
  position: Position,
  woken: Observable<unknown>,
  scheduler: SchedulerLike,
): Observable<Batch> {
  // Another mark at the same place is another history.
  const hasMore = ({ end }: Page) =>
    store.look((rows) => {
      const head = headIn(rows, keys)
      return !head || !isAt(head, end)
    })
  const next = (page: Page) => store.look((rows) => pageAfter(rows, keys, id, page.end))

  const hasBegun = () => store.look((rows) => headIn(rows, keys) !== undefined)

  return woken.pipe(
    startWith(undefined),
    filter(hasBegun),
    take(1),
    map(() => firstPage(store, id, keys, position)),
    // Asked anew on each waking, so nothing is missed however it falls between a look and the next.
    expand((page) =>
      (page.more ? timer(0, scheduler) : woken.pipe(filter(() => hasMore(page)))).pipe(
        take(1),
        map(() => next(page)),
      ),
    ),
    concatMap(({ batches }) => batches),
  )
}

const firstPage = (store: Store, id: string, keys: Keys, position: Position): Page =>
  store.look((rows) => {
    const spot = spotOf(rows, keys, position)
    if (!spot) throw notHeld(id, position, floorIn(rows, keys))
    return pageAfter(rows, keys, id, spot)
  })
