import {
  defer,
  EMPTY,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  switchMap,
  take,
  takeUntil,
  tap,
  throwError,
  timeout,
} from 'rxjs'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { endingOf } from './ending.ts'
import { messageEvent } from './event.ts'
import { disconnected, notConnected } from './lost.ts'

/** Options of socket.io's for the sockets that are made here, less those that would retry or share. */
export interface SocketIoOptions
  extends Omit<
    Partial<ManagerOptions & SocketOptions>,
    'autoConnect' | 'forceNew' | 'multiplex' | 'retries' | 'timeout' | `reconnection${string}`
  > {
  /** Milliseconds until a line that does not come up counts as lost. @default 10_000 */
  readonly connectTimeout?: number
}

/**
 * Reaches a host behind `serveSocketIo`. With a URL each session has a socket of its own, by WebSocket, or by long
 * polling where that does not get through.
 *
 * ```ts
 * const client = createClient<typeof documents>({ transport: socketIoTransport('http://localhost:8080') })
 * ```
 *
 * A Socket that is handed in is the transport's from then on and carries one session at a time: it is connected for
 * each (the first takes it as it is if it is connected already) and disconnected after it, so that its own reconnecting
 * never begins. Listeners that others have on it stay. One with `retries` is refused, for it would send twice.
 *
 * A line that went silent is noticed after the Server's `pingInterval + pingTimeout`: 45 s unless set otherwise.
 */
export function socketIoTransport(target: string | Socket, options: SocketIoOptions = {}): Transport {
  const { connectTimeout = 10_000, ...socketOptions } = options
  if (typeof target !== 'string') refuseRetries(target)

  return (outgoing) =>
    defer(() => {
      const socket = typeof target === 'string' ? socketTo(target, socketOptions) : target
      const ending = endingOf(socket)
      return converse(socket, outgoing, connectTimeout).pipe(tap({ error: ending.cut }), finalize(ending.part))
    })
}

function socketTo(url: string, options: Partial<ManagerOptions & SocketOptions>): Socket {
  return io(url, {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    ...options,
    autoConnect: false,
    forceNew: true,
    reconnection: false,
  })
}

/** Listens before it connects, for a socket may fail inside `connect`. */
function converse(
  socket: Socket,
  outgoing: Observable<ClientMessage>,
  connectTimeout: number,
): Observable<ServerMessage> {
  const received = fromEvent(socket, messageEvent) as Observable<ServerMessage>
  const sent = connected(socket, connectTimeout).pipe(
    switchMap(() => outgoing),
    tap((message) => socket.emit(messageEvent, message)),
    ignoreElements(),
  )
  return merge(received, sent).pipe(takeUntil(ended(socket)))
}

/** Once, when the socket can carry messages. */
function connected(socket: Socket, within: number): Observable<unknown> {
  const tooLate = () => throwError(() => notConnected(socket, new Error(`no answer within ${within} ms`)))
  if (socket.connected) return of(undefined)
  return merge(fromEvent(socket, 'connect'), beginConnecting(socket)).pipe(
    take(1),
    timeout({ first: within, with: tooLate }),
  )
}

/** Not while it introduces itself: asked then, it would a second time, upon which the server closes the line. */
function beginConnecting(socket: Socket): Observable<never> {
  return defer(() => {
    if (!socket.active || socket.io._readyState !== 'open') socket.connect()
    return EMPTY
  })
}

/** Emits when the host ends the session, errors when the line is lost. */
function ended(socket: Socket): Observable<unknown> {
  const refused = fromEvent(socket, 'connect_error').pipe(
    map((cause: unknown) => {
      throw notConnected(socket, cause)
    }),
  )
  const closed = (fromEvent(socket, 'disconnect') as Observable<readonly [reason: string, details: unknown]>).pipe(
    tap(([reason, details]) => {
      if (reason !== 'io server disconnect') throw disconnected(socket, reason, details)
    }),
  )
  return merge(refused, closed)
}

function refuseRetries(socket: Socket): void {
  const options: Partial<ManagerOptions & SocketOptions> = socket.io.opts
  if (options.retries) throw new TypeError('socketIoTransport: a Socket with `retries` sends twice. Make it without.')
}
