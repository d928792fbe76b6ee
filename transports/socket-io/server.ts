import { fromEvent, mergeMap, type Observable, type Subscription } from 'rxjs'
import type { Server, Socket } from 'socket.io'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { createFanOut } from './fan-out.ts'
import { makeRoom } from './message-size.ts'
import { type Bounds, serveSocket } from './session.ts'

/**
 * What may wait for a socket that takes too little, in characters of JSON, each message counting 256 more. A socket
 * that goes beyond is closed at once, which frees what waits, and resumes by its position.
 */
export interface ServeSocketIoOptions {
  /** Of all messages; must have room for the largest documents that one client opens together. @default 32_000_000 */
  readonly maxBacklog?: number
  /** Of commands made since the socket connected, which come without being asked for. @default 2_000_000 */
  readonly maxLiveBacklog?: number
}

/**
 * Serves a host to every socket of a Server, in its namespace `/`. The host learns the http request that the socket
 * came with, as `request`.
 *
 * ```ts
 * const http = createServer()
 * const serving = serveSocketIo(new Server(http, { cors: { origin: 'https://app.example' } }), host)
 * http.listen(8080)
 * ```
 *
 * The Server is the caller's, and so are its options. Which pages may connect is a matter of `cors` for polling and of
 * `allowRequest` for WebSockets, to which browsers apply no CORS. A silent line is noticed after `pingInterval +
 * pingTimeout`. `maxHttpBufferSize` is raised to what the host takes where it is less; a message that is larger than
 * the host takes is answered with `invalid_message` and ends the session, one larger than `maxHttpBufferSize` closes
 * the line. With `connectionStateRecovery` the Server is refused: it would carry messages over into later sessions.
 *
 * A message object that several sessions emit in one turn is encoded once. A session that completes disconnects its
 * socket in order; one that errors closes the line. Unsubscribing ends all sessions and leaves the Server as it was.
 */
export function serveSocketIo(server: Server, source: SessionSource, options: ServeSocketIoOptions = {}): Subscription {
  const bounds: Bounds = { maxBacklog: 32_000_000, maxLiveBacklog: 2_000_000, ...options }
  if (server._opts.connectionStateRecovery) {
    throw new TypeError('serveSocketIo: leave out connectionStateRecovery, sessions resume by their position.')
  }
  makeRoom(server, source.maxMessageBytes)
  const fanOut = createFanOut(server)
  const sockets = fromEvent(server, 'connection') as Observable<Socket>
  return sockets.pipe(mergeMap((socket) => serveSocket(socket, source, fanOut, bounds))).subscribe()
}
