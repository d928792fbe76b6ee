import { fromEvent, map } from 'rxjs'
import { Server, type ServerOptions } from 'socket.io'
import { io } from 'socket.io-client'
import type { Command } from '../../lib/flushout.ts'
import { hopId, type ReachHop, type ServeHop } from './hop.ts'
import { retitled, titleIn } from './served.ts'
import { socketIoOptions } from './socket-io.ts'

type Adapter = NonNullable<ServerOptions['adapter']>

const event = 'm'

/** A room of socket.io, shared by servers through an adapter: each tells all of it what a client says. */
export const serveRoom =
  (adapterTo: (redis: string) => Adapter): ServeHop =>
  (http, redis) => {
    const server = new Server(http, { ...socketIoOptions, adapter: adapterTo(redis) })
    server.on('connection', (socket) => {
      void socket.join(hopId)
      socket.on(event, (command: Command) => server.to(hopId).emit(event, command))
    })
  }

/** A socket in that room, which says what a client of Millrace does, and no more. */
export const reachRoom: ReachHop = async (url) => {
  const socket = io(url, { transports: ['websocket'] })
  const heard$ = fromEvent(socket, event).pipe(map(titleIn))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  return { say: (title) => socket.emit(event, retitled(title)), heard$ }
}
