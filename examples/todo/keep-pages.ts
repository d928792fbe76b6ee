import { EMPTY, filter, from, fromEvent, map, merge, type Observable, of, ReplaySubject, skip, switchMap } from 'rxjs'
import { client } from './client.ts'

/**
 * Has a service worker keep the pages in this browser, so that they load with no network, and look for newer ones
 * whenever the server is back. Emits what loads a newer version, once there is one: this page goes on as it is until
 * then. Replays the latest.
 */
export function keepPages(): Observable<() => void> {
  const loads$ = new ReplaySubject<() => void>(1)
  // Secure pages have them.
  const { serviceWorker } = navigator as { readonly serviceWorker?: ServiceWorkerContainer }
  if (!serviceWorker) return loads$
  const registration$ = from(serviceWorker.register('/service-worker.js').catch(() => undefined)).pipe(
    filter((registration) => registration !== undefined),
  )
  registration$
    .pipe(switchMap((registration) => merge(waits(registration), replaced(serviceWorker))))
    .subscribe((load) => loads$.next(load))
  const returns$ = client.status$.pipe(
    filter(({ state }) => state === 'live'),
    skip(1),
  )
  registration$.pipe(switchMap((registration) => returns$.pipe(map(() => registration)))).subscribe((registration) => {
    // Where there is no answer, the next one counts.
    registration.update().catch(() => undefined)
  })
  return loads$
}

/** Another version is there, and waits for the pages of this one to go. */
function waits(registration: ServiceWorkerRegistration): Observable<() => void> {
  const installs$ = fromEvent(registration, 'updatefound').pipe(
    switchMap(() => (registration.installing ? fromEvent(registration.installing, 'statechange') : EMPTY)),
  )
  return merge(of(undefined), installs$).pipe(
    map(() => (registration.active ? registration.waiting : null)),
    filter((worker) => worker !== null),
    map((worker) => () => takeOver(worker)),
  )
}

/** Another page has let it take over. */
const replaced = (serviceWorker: ServiceWorkerContainer): Observable<() => void> =>
  fromEvent(serviceWorker, 'controllerchange').pipe(map(() => () => location.reload()))

function takeOver(worker: ServiceWorker): void {
  worker.addEventListener('statechange', () => {
    if (worker.state === 'activated') location.reload()
  })
  worker.postMessage('take over')
}
