import {
  concat,
  connect,
  defer,
  endWith,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs'
import type { SessionInfo, SessionSource } from '../../lib/contracts/transport.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { Encode } from './encoded.ts'
import { Hearing } from './hearing.ts'
import { type Reply, replyWith } from './reply.ts'
import type { Ask } from './wire.ts'

export interface SessionBounds {
  readonly encode: Encode
  readonly pollTime: number
  readonly maxAnswer: number
}

/**
 * Runs a session for the length of one request: until all that was said is answered, and, where the client waits, until
 * there is news or its time is over. Emits the reply; unsubscribing ends the session. Errors as the session does.
 */
export function shortSession(
  source: SessionSource,
  info: SessionInfo,
  ask: Ask,
  { encode, pollTime, maxAnswer }: SessionBounds,
): Observable<Reply> {
  return defer(() => {
    const hearing = new Hearing(ask, encode, pollTime, maxAnswer)
    const incoming = concat(from([...ask.resume, ...ask.say]), NEVER)
    const wait = Math.min(ask.wait ?? 0, pollTime)
    const heard = source
      .session({ ...info, isWhole: true })(incoming)
      .pipe(
        tap((message) => hearing.take(message)),
        map(() => hearing),
        startWith(hearing),
      )
    const isOver = heard.pipe(
      connect((hearing$) =>
        merge(
          hearing$.pipe(ignoreElements(), endWith(true)),
          // What is told in one turn goes together, and all that is said is heard.
          hearing$.pipe(
            filter(({ isDone }) => isDone),
            mergeMap(() => after(0)),
          ),
          hearing$.pipe(
            filter(({ isAnswered }) => isAnswered),
            take(1),
            mergeMap(() => after(wait)),
          ),
        ),
      ),
    )
    return merge(isOver, after(pollTime)).pipe(
      take(1),
      map((isOver) => {
        if (!isOver) hearing.giveUp()
        return replyWith(statusOf(hearing, isOver), hearing.texts)
      }),
    )
  })
}

/** The session goes on, but its time is over. */
const after = (milliseconds: number): Observable<boolean> => timer(milliseconds).pipe(map(() => false))

const statuses: { readonly [C in ErrorCode]?: number } = {
  unauthenticated: 401,
  unsupported_version: 400,
  invalid_message: 400,
}

/** Anything but 200 says that the session is over for the client, too. */
function statusOf({ failure }: Hearing, isOver: boolean): number {
  if (failure) return statuses[failure.code] ?? 503
  return isOver ? 503 : 200
}
