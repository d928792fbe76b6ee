import {
  concat,
  defer,
  filter,
  from,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  startWith,
  take,
  timer,
} from 'rxjs'
import type { SessionInfo, SessionSource } from '../../lib/contracts/transport.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { Encode } from './encoded.ts'
import { Hearing } from './hearing.ts'
import type { Reply } from './reply.ts'
import { replyWith } from './reply.ts'
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
    const answered = source
      .session(info)(incoming)
      .pipe(
        map((message) => hearing.take(message)),
        startWith(hearing.isDone),
        filter(Boolean),
        // What is told in one turn goes together, and all that is said is heard.
        mergeMap(() => timer(0)),
        map(() => 'answered' as const),
      )
    const late = timer(Math.min(ask.wait ?? pollTime, pollTime)).pipe(map(() => 'late' as const))
    return merge(concat(answered, of('over' as const)), late).pipe(
      take(1),
      map((why) => {
        if (why !== 'over') hearing.giveUp()
        return replyWith(statusOf(hearing, why === 'over'), hearing.texts)
      }),
    )
  })
}

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
