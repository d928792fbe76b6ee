import {
  catchError,
  config,
  defer,
  EMPTY,
  finalize,
  fromEvent,
  ignoreElements,
  merge,
  type Observable,
  Subject,
  Subscription,
  takeUntil,
  tap,
} from 'rxjs'
import type { Socket } from 'socket.io'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { hasCode, MillraceError } from '../../lib/errors.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { type Backlog, backlogOf } from './backlog.ts'
import { closingOf } from './closing.ts'
import { messageEvent } from './event.ts'
import type { FanOut, Line } from './fan-out.ts'
import { tooLarge } from './message-size.ts'
import { writeTogether } from './one-write.ts'

export interface Bounds {
  readonly maxBacklog: number
  readonly maxLiveBacklog: number
}

/**
 * One socket's session, from its connection to its end. Never emits and never errors; unsubscribing ends the session in
 * order, like its completion: what was sent before goes out first.
 */
export function serveSocket(socket: Socket, source: SessionSource, fanOut: FanOut, bounds: Bounds): Observable<never> {
  return defer(() => {
    const lifetime = new Subscription()
    const broken = new Subject<never>()
    const closing = closingOf(socket, lifetime)
    writeTogether(socket.conn, lifetime)
    const line = lineTo(socket, backlogOf(socket.conn, lifetime), bounds, broken)
    const refused = tooLarge(socket.conn, source.maxMessageBytes).pipe(
      tap((bytes) => fanOut.send(line, refusal(bytes, source.maxMessageBytes))),
    )
    return defer(() => source.session({ request: socket.request })(fromEvent(socket, messageEvent))).pipe(
      tap((message) => fanOut.send(line, message)),
      ignoreElements(),
      takeUntil(merge(fromEvent(socket, 'disconnect'), refused, broken)),
      catchError((error: unknown) => {
        closing.cut()
        if (!hasCode(error)) config.onUnhandledError?.(error)
        return EMPTY
      }),
      finalize(() => {
        fanOut.flush()
        closing.part()
        lifetime.unsubscribe()
      }),
    )
  })
}

function lineTo(socket: Socket, backlog: Backlog, bounds: Bounds, broken: Subject<never>): Line {
  const since = Date.now()
  return {
    socket,
    group: 0,
    sent(message) {
      // As a rule a packet goes out at once.
      if (backlog.all === 0) return
      if (message.type === 'commands' && message.at >= since) backlog.countLive()
      if (backlog.all > bounds.maxBacklog || backlog.live > bounds.maxLiveBacklog) {
        broken.error(
          new MillraceError('connection_lost', `Socket ${socket.id} takes too little: ${backlog.all} characters wait.`),
        )
      }
    },
    failed: (error) => broken.error(error),
  }
}

function refusal(bytes: number, limit: number): ServerMessage {
  return {
    type: 'error',
    code: 'invalid_message',
    message: `Message refused: ${bytes} bytes, this host takes ${limit}.`,
  }
}
