import type { IncomingMessage } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import { filter, fromEvent, type Observable, type Subscription, takeUntil, timer } from 'rxjs'
import type { Socket } from 'socket.io'
import { partingTime, webSocketIn } from './web-socket.ts'

/** Ways to end a socket's connection. */
export interface Closing {
  /** In order, after what was sent, and by force where that takes too long: nobody may be there any more. */
  part(): void
  /** At once, which frees what waits on it. Nothing is told to the other end. */
  cut(): void
}

export function closingOf(socket: Socket, lifetime: Subscription): Closing {
  const { conn } = socket
  const lastPoll = followPolls(conn, lifetime)
  // Else engine.io keeps a closed connection for 30 s, for one more poll to answer with a goodbye of its own.
  if (conn.transport.name === 'polling') conn.transport.discard()

  function cut(): void {
    webSocketIn(conn.transport, 'socket')?.terminate()
    const polled = lastPoll()
    // What is left on the line of the last poll is its response. With nothing left it may serve somebody else by now.
    if (polled !== undefined && polled.writableLength > 0) polled.destroy()
    conn.close(true)
  }

  function part(): void {
    if (conn.readyState === 'closed') return cut()
    // A client that left the namespace closes the connection itself, or keeps it for others.
    if (!socket.connected) return
    const webSocket = webSocketIn(conn.transport, 'socket')
    const gone = webSocket === undefined ? fromEvent(conn, 'close') : fromEvent(webSocket, 'close')
    timer(partingTime).pipe(takeUntil(gone)).subscribe(cut)
    socket.disconnect(true)
  }

  return { cut, part }
}

/** The TCP socket that the last answered poll came by. */
function followPolls({ transport }: Socket['conn'], lifetime: Subscription): () => TcpSocket | undefined {
  let polled: TcpSocket | undefined
  const answered = fromEvent(transport, 'headers', (_headers, request: IncomingMessage) => request)
  const polls = (answered as Observable<IncomingMessage>).pipe(filter(({ method }) => method === 'GET'))
  lifetime.add(
    polls.subscribe((request) => {
      polled = request.socket
    }),
  )
  return () => polled
}
