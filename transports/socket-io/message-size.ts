import { filter, fromEvent, map, type Observable } from 'rxjs'
import type { Server, Socket } from 'socket.io'
import { messageEvent } from './event.ts'

/** `2["m",` and `]` of socket.io, of the namespace `/`. */
const opening = `2["${messageEvent}",`
const framing = opening.length + 1

/** Beyond what the source takes, so that what is a little too large is refused in words. */
const slack = 1_024

/** engine.io closes a connection without a word where more comes at once than it takes. */
export function makeRoom(server: Server, bytes: number): void {
  const { engine } = server
  if (engine === undefined) {
    throw new TypeError(
      'serveSocketIo: the Server serves nothing yet. Write new Server(httpServer), or attach it first.',
    )
  }
  const room = bytes + framing + slack
  if ((engine.opts.maxHttpBufferSize ?? 0) >= room) return
  engine.opts.maxHttpBufferSize = room
  // Made from the options above, and made anew when the http server begins to listen.
  const webSockets: { options?: { maxPayload?: number } } | undefined = Reflect.get(engine, 'ws')
  if (webSockets?.options !== undefined) webSockets.options.maxPayload = room
}

/** The size in bytes of each message that is larger than `limit`, before it is decoded and handed on. */
export function tooLarge(connection: Socket['conn'], limit: number): Observable<number> {
  const packets = fromEvent(connection, 'packet') as Observable<{ readonly data?: unknown }>
  return packets.pipe(
    map(({ data }) => (typeof data === 'string' && data.startsWith('2[') ? sizeAbove(limit, data) : 0)),
    filter((bytes) => bytes > limit),
  )
}

/** No character takes more than three bytes, so most packets need not be measured. */
function sizeAbove(limit: number, packet: string): number {
  return packet.length * 3 > limit ? Buffer.byteLength(packet) - framing : 0
}
