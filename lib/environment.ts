import { asyncScheduler, defer, EMPTY, filter, fromEvent, merge, type Observable, type SchedulerLike } from 'rxjs'

/**
 * Time and chance, handed in. Nothing in the core reaches for the globals, so a whole system can run under a seeded
 * simulation.
 */
export interface Environment {
  /** The wall clock, in milliseconds since 1970. */
  readonly now: () => number
  /** Runs every timer. */
  readonly scheduler: SchedulerLike
  /** A number in [0, 1), for jitter. */
  readonly random: () => number
  /** A new random name of 128 bits, 22 characters of `A–Z a–z 0–9 - _`. */
  readonly id: () => string
  /** Emits when a line that broke may work again: the network came back, the page became visible. */
  readonly hurry$: Observable<unknown>
}

// One pooled call for 256 ids costs a tenth of one call each; randomUUID exists in secure contexts only.
const bytesPerId = 16
const pool = new Uint8Array(bytesPerId * 256)
let used = pool.length

function randomId(): string {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  const bytes = pool.subarray(used, used + bytesPerId)
  used += bytesPerId
  return btoa(String.fromCharCode(...bytes)).slice(0, 22).replaceAll('+', '-').replaceAll('/', '_')
}

// Pages have these; other processes wait for the timer.
const pageWakes = defer(() => {
  const { window, document } = globalThis as { window?: EventTarget; document?: EventTarget & { visibilityState: string } }
  return merge(
    window ? fromEvent(window, 'online') : EMPTY,
    document ? fromEvent(document, 'visibilitychange').pipe(filter(() => document.visibilityState === 'visible')) : EMPTY,
  )
})

/** The real clock, timers and randomness. */
export const realEnvironment: Environment = {
  now: () => Date.now(),
  scheduler: asyncScheduler,
  random: () => Math.random(),
  id: randomId,
  hurry$: pageWakes,
}
