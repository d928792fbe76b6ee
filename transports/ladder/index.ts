import {
  catchError,
  defer,
  dematerialize,
  EMPTY,
  finalize,
  ignoreElements,
  materialize,
  merge,
  type Observable,
  Subject,
  startWith,
  switchMap,
  tap,
  throwError,
  timeout,
} from 'rxjs'
import type { Transport, Via } from '../../lib/contracts/transport.ts'
import { type Environment, realEnvironment } from '../../lib/environment.ts'
import { hasCode, MillraceError } from '../../lib/errors.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { climbing, type Reached } from './climbing.ts'
import { Speech } from './speech.ts'

/** When a ladder gives a rung up, and when it tries a better one. */
export interface LadderOptions {
  /** Milliseconds that a rung has to bring the answer to hello, if there is another below it. @default 4_000 */
  readonly patience?: number
  /**
   * Milliseconds after which better rungs are tried again, give or take half; at once when the network comes back or the
   * page becomes visible. @default 30_000
   */
  readonly climbAfter?: number
  /** Time and chance. @default the real ones */
  readonly environment?: Pick<Environment, 'scheduler' | 'random' | 'hurry$'>
}

/**
 * Reaches the host by the first of these transports that works, and climbs back to a better one.
 *
 * ```ts
 * const transport = ladder([socketIoTransport(location.origin), httpTransport(`${location.origin}/millrace`)])
 * ```
 *
 * A rung that breaks before it brought anything is passed over. One that breaks later is a lost line; the next session
 * begins at the rung that worked last, or, where that broke within `patience`, below it, and goes on from the top. From a
 * lower rung the better ones are tried by a session of their own, which says hello. If that is answered the ladder moves,
 * in the middle of whatever is going on: a new session begins there with the same hello, and the client opens its
 * documents again from where they stand, and sends again what was not answered. `client.status$` shows the rung, as `via`.
 */
export function ladder(rungs: readonly Transport[], options: LadderOptions = {}): Transport {
  if (rungs.length === 0) throw new TypeError('ladder: give it at least one transport.')
  const { patience = 4_000, climbAfter = 30_000, environment = realEnvironment } = options
  const { scheduler } = environment
  const all = [...rungs.keys()]
  let start = 0

  const silent = () => new MillraceError('connection_lost', `No answer within ${patience} ms.`)
  const inTime = <M>(messages: Observable<M>): Observable<M> =>
    messages.pipe(timeout({ first: patience, with: () => throwError(silent), scheduler }))

  return (outgoing, via) =>
    defer(() => {
      const speech = new Speech(outgoing)
      const moves = new Subject<number>()
      const standing = new Subject<number>()

      /** A session by the first of these rungs that works. */
      function tryAll([rung = 0, ...others]: readonly number[]): Observable<ServerMessage> {
        const [next] = others
        let taken: Via = {}
        let isHeard = false
        let since = 0
        function stand(): void {
          isHeard = true
          since = scheduler.now()
          start = rung
          via?.({ ...taken, rung })
          speech.welcomed()
          standing.next(rung)
        }
        const session = (rungs[rung] as Transport)(speech.forSession(), (inner) => {
          taken = inner
          if (isHeard) via?.({ ...taken, rung })
        })
        return (next === undefined ? session : inTime(session)).pipe(
          tap(() => isHeard || stand()),
          catchError((error: unknown) => {
            if (!hasCode(error, 'connection_lost')) throw error
            if (!isHeard || scheduler.now() - since < patience) start = next ?? 0
            if (isHeard || next === undefined || !speech.isRepeatable) throw error
            return tryAll(others)
          }),
        )
      }

      function move({ rung, isWelcome }: Reached): void {
        start = rung
        if (!isWelcome)
          throw new MillraceError('connection_lost', 'A better way to the host wants to hear who this is.')
        speech.mute()
        moves.next(rung)
      }

      const climbs = standing.pipe(
        switchMap((rung) =>
          speech.hello ? climbing(rungs.slice(0, rung), speech.hello, climbAfter, inTime, environment) : EMPTY,
        ),
        tap(move),
        ignoreElements(),
      )
      const sessions = moves.pipe(
        startWith(start),
        switchMap((rung) => tryAll([...all.slice(rung), ...all.slice(0, rung)]).pipe(materialize())),
      )
      return merge(climbs, sessions).pipe(
        dematerialize(),
        finalize(() => speech.unsubscribe()),
      )
    })
}
