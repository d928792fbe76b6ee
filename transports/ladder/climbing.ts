import {
  catchError,
  concat,
  defer,
  EMPTY,
  exhaustMap,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  repeat,
  take,
  timer,
} from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { Environment } from '../../lib/environment.ts'
import type { Hello } from '../../lib/protocol/messages.ts'

/** A rung by which the host can be reached. */
export interface Reached {
  readonly rung: number
  /** Whether it welcomed the hello that it was said; one that is old may not do any more. */
  readonly isWelcome: boolean
}

/** Tries these again and again, the best first, each by a session that says hello and no more; emits the first that answers. */
export function climbing(
  better: readonly Transport[],
  hello: Hello,
  climbAfter: number,
  inTime: <M>(messages: Observable<M>) => Observable<M>,
  { scheduler, random, hurry$ }: Pick<Environment, 'scheduler' | 'random' | 'hurry$'>,
): Observable<Reached> {
  const pause = defer(() => timer(climbAfter * (0.5 + random()), scheduler)).pipe(repeat())
  const probes = better.map((transport, rung) =>
    inTime(transport(concat(of(hello), NEVER))).pipe(
      take(1),
      map(({ type }) => ({ rung, isWelcome: type === 'welcome' })),
      catchError(() => EMPTY),
    ),
  )
  return merge(pause, hurry$).pipe(
    exhaustMap(() => concat(...probes).pipe(take(1))),
    take(1),
  )
}
