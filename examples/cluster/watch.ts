import {
  catchError,
  defer,
  distinctUntilChanged,
  exhaustMap,
  merge,
  type Observable,
  of,
  shareReplay,
  startWith,
  timer,
} from 'rxjs'
import type { Health } from './state.ts'

/** Milliseconds between two looks, and those that an answer may take. */
const lookEvery = 250
const patience = 1_000

const silent: Health = { state: 'silent', sessions: 0, documents: 0, redis: '–' }

/** How a host is, asked again and again, and at once when `look$` says so. Replays the latest. */
export const healthOf = (url: string, look$: Observable<unknown>): Observable<Health> =>
  merge(timer(0, lookEvery), look$).pipe(
    exhaustMap(() => defer(() => ask(url)).pipe(catchError(() => of(silent)))),
    startWith(silent),
    distinctUntilChanged((one, other) => JSON.stringify(one) === JSON.stringify(other)),
    shareReplay({ bufferSize: 1, refCount: true }),
  )

async function ask(url: string): Promise<Health> {
  const response = await fetch(new URL('/health', url), { signal: AbortSignal.timeout(patience) })
  const { sessions, documents, redis } = (await response.json()) as Partial<Answer>
  return {
    state: response.ok ? 'well' : 'unwell',
    sessions: Number(sessions ?? 0),
    documents: Number(documents ?? 0),
    redis: redis ? [redis.type, redis.reason, ...(redis.warnings ?? [])].filter(Boolean).join(': ') : '–',
  }
}

/** What a host answers at its health endpoint. */
interface Answer {
  readonly sessions: number
  readonly documents: number
  readonly redis: { readonly type: string; readonly reason?: string; readonly warnings?: readonly string[] }
}
