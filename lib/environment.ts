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
  /** A new random name of at least 128 bits, 22 characters of `A–Z a–z 0–9 - _`. */
  readonly id: () => string
  /** Emits when a line that broke may work again: the network came back, the page became visible. */
  readonly hurry$: Observable<unknown>
}

// One pooled call for 256 ids costs a tenth of one call each; randomUUID exists in secure contexts only.
const charactersPerId = 22
const characters = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const pool = new Uint8Array(charactersPerId * 256)
const ascii = new TextDecoder()
let text = ''
let used = 0

function randomId(): string {
  if (used === text.length) {
    crypto.getRandomValues(pool)
    for (let i = 0; i < pool.length; i++) pool[i] = characters[(pool[i] as number) & 63] as number
    text = ascii.decode(pool)
    used = 0
  }
  used += charactersPerId
  return text.slice(used - charactersPerId, used)
}

// Pages have these; other processes wait for the timer.
const pageWakes = defer(() => {
  const { window, document } = globalThis as {
    window?: EventTarget
    document?: EventTarget & { visibilityState: string }
  }
  return merge(
    window ? fromEvent(window, 'online') : EMPTY,
    document
      ? fromEvent(document, 'visibilitychange').pipe(filter(() => document.visibilityState === 'visible'))
      : EMPTY,
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
