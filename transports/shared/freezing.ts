import { defer, EMPTY, fromEvent, map, type Observable } from 'rxjs'
import { MillraceError } from '../../lib/errors.ts'

/**
 * Errors when the browser freezes this page. Its timers and its sockets stand still from then on, but what comes over a
 * channel is still answered, so that to the other tabs it would look well.
 */
export const pageFreezes: Observable<never> = defer(() => {
  const { document } = globalThis as { document?: EventTarget }
  return document === undefined ? EMPTY : fromEvent(document, 'freeze')
}).pipe(
  map(() => {
    throw new MillraceError('connection_lost', 'This page is frozen.')
  }),
)
