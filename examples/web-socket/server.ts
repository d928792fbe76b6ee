import type { IncomingMessage } from 'node:http'
import type { ServerMessage, SessionSource } from 'millrace'
import {
  catchError,
  EMPTY,
  finalize,
  fromEvent,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  type Subscription,
  takeUntil,
  tap,
} from 'rxjs'
import type { WebSocket, WebSocketServer } from 'ws'

/** What may wait for a socket that takes too little, in bytes. */
const maxBacklog = 32_000_000

/**
 * Serves a host to every socket. `new WebSocketServer({ server, maxPayload: host.maxMessageBytes })` breaks the line of
 * whoever says more. A socket that does not answer a ping until the next one, after `pause` milliseconds, is gone.
 */
export function serveWebSockets(server: WebSocketServer, source: SessionSource, pause = 10_000): Subscription {
  const texts = new WeakMap<ServerMessage, string>()
  /** Made once, however many sessions say the same object. */
  const textOf = (message: ServerMessage) => {
    const text = texts.get(message) ?? JSON.stringify(message)
    texts.set(message, text)
    return text
  }
  const serve = (socket: WebSocket, request: IncomingMessage) =>
    serveSocket(socket, source.session({ request }), textOf, pause)
  return (fromEvent(server, 'connection', serve) as Observable<Observable<unknown>>)
    .pipe(mergeMap((session) => session))
    .subscribe()
}

function serveSocket(
  socket: WebSocket,
  session: ReturnType<SessionSource['session']>,
  textOf: (message: ServerMessage) => string,
  pause: number,
): Observable<unknown> {
  let isThere = true
  // What went wrong is told by the close that follows.
  socket.onerror = () => {}
  socket.on('pong', () => {
    isThere = true
  })
  const said = (fromEvent(socket, 'message') as Observable<{ readonly data: string }>).pipe(
    map(({ data }): unknown => JSON.parse(data)),
  )
  const told = session(said).pipe(
    tap({ next: (message) => socket.send(textOf(message)), complete: () => socket.close(1000) }),
    tap(() => {
      if (socket.bufferedAmount > maxBacklog) throw new Error('It takes too little.')
    }),
  )
  const pings = interval(pause).pipe(
    tap(() => {
      if (!isThere) throw new Error('It does not answer.')
      isThere = false
      socket.ping()
      // Pages are not shown pings.
      socket.send('')
    }),
  )
  return merge(told, pings).pipe(
    takeUntil(fromEvent(socket, 'close')),
    catchError(() => {
      socket.terminate()
      return EMPTY
    }),
    finalize(() => socket.close(1000)),
  )
}
