import { concat, dematerialize, ignoreElements, materialize, Observable, switchMap, timer } from 'rxjs'

/** Polls of one origin that wait at the same time, in all tabs of a browser. It opens six connections, for everything. */
const places = 3

/** Milliseconds between two polls of who has no place. */
const pause = 1_000

/**
 * Lets no more polls wait than there are places, as each keeps a connection that ordinary requests need, and those of
 * other tabs: who has no place polls without waiting, now and then. Where connections are shared (HTTP/2), and outside of
 * browsers, all wait.
 */
export function inPlaces<T>(url: string, poll: (wait: number) => Observable<T>): (wait: number) => Observable<T> {
  const { location, navigator } = globalThis as { readonly location?: Location; readonly navigator?: Navigator }
  const locks = location && navigator?.locks
  if (!locks) return poll
  const { href, origin } = new URL(url, location.href)
  return (wait) => {
    if (isShared(href)) return poll(wait)
    return placeAt(locks, origin).pipe(
      switchMap((has) => (has ? poll(wait) : concat(poll(0), timer(pause).pipe(ignoreElements()))).pipe(materialize())),
      dematerialize(),
    )
  }
}

/** Whether one is free; it is held until unsubscribed. */
function placeAt(locks: LockManager, origin: string): Observable<boolean> {
  return new Observable((subscriber) => {
    const left = new Promise<void>((leave) => subscriber.add(leave))
    async function find(place: number): Promise<void> {
      if (place === places) return subscriber.next(false)
      const isMine = await locks.request(`millrace-poll-${place} ${origin}`, { ifAvailable: true }, (lock) => {
        if (lock === null) return false
        subscriber.next(true)
        return left.then(() => true)
      })
      if (!isMine && !subscriber.closed) await find(place + 1)
    }
    find(0).catch((error: unknown) => subscriber.error(error))
  })
}

function isShared(href: string): boolean {
  const requests = performance.getEntriesByName(href, 'resource') as PerformanceResourceTiming[]
  return requests.some(({ nextHopProtocol }) => /^h[23]/.test(nextHopProtocol))
}
