import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Direction = 'to server' | 'to client'

/** A line that can be made bad. */
export interface TcpProxy {
  readonly port: number
  /** How many connections there are. */
  readonly size: number
  /** Stops taking bytes in one direction, of connections to come too: whoever sends them will feel it. */
  pause(direction: Direction): void
  resume(direction: Direction): void
  /** Holds each piece of one direction for so many milliseconds. Never reorders. */
  delay(direction: Direction, milliseconds: number): void
  /** Swallows everything, the ends of connections too: both sides go on believing that the line is up. */
  silence(): void
  /** Ends every connection, in order. */
  cut(): void
  /** Ends every connection with a reset. */
  reset(): void
  close(): Promise<void>
}

interface Lane {
  readonly from: Socket
  readonly to: Socket
  readonly direction: Direction
  /** The receiving side has enough for now. */
  full: boolean
  /** Nothing comes through any more. */
  silent: boolean
}

/** Passes TCP connections on to a port of this machine, which may be another for each. */
export async function tcpProxy(target: number | (() => number)): Promise<TcpProxy> {
  const portNow = typeof target === 'number' ? () => target : target
  const lanes = new Set<Lane>()
  const paused = new Set<Direction>()
  const delays = new Map<Direction, number>()

  function flow({ from, direction, full }: Lane): void {
    if (full || paused.has(direction)) from.pause()
    else from.resume()
  }

  // Whichever timer comes first passes on the oldest piece, so a changed delay never reorders.
  function inTime(lane: Lane, queue: (() => void)[], pass: () => void): void {
    const milliseconds = delays.get(lane.direction) ?? 0
    if (milliseconds === 0 && queue.length === 0) return pass()
    queue.push(pass)
    setTimeout(() => queue.shift()?.(), milliseconds)
  }

  function carry(from: Socket, to: Socket, direction: Direction): void {
    const lane: Lane = { from, to, direction, full: false, silent: false }
    const queue: (() => void)[] = []
    const unlessSilent = (pass: () => void) => () => {
      if (!lane.silent && !to.destroyed) inTime(lane, queue, pass)
    }
    lanes.add(lane)
    from.on('data', (piece) =>
      unlessSilent(() => {
        lane.full = !to.write(piece)
        flow(lane)
      })(),
    )
    to.on('drain', () => {
      lane.full = false
      flow(lane)
    })
    from.on(
      'end',
      unlessSilent(() => to.end()),
    )
    from.on(
      'error',
      unlessSilent(() => resetNow(to)),
    )
    from.on('close', () => {
      lanes.delete(lane)
      unlessSilent(() => to.destroySoon())()
    })
    flow(lane)
  }

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: '127.0.0.1', port: portNow(), allowHalfOpen: true })
    carry(client, upstream, 'to server')
    carry(upstream, client, 'to client')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const each = (act: (socket: Socket) => void) => {
    for (const { from } of [...lanes]) act(from)
  }
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    get size() {
      return lanes.size / 2
    },
    pause(direction) {
      paused.add(direction)
      lanes.forEach(flow)
    },
    resume(direction) {
      paused.delete(direction)
      lanes.forEach(flow)
    },
    delay: (direction, milliseconds) => void delays.set(direction, milliseconds),
    silence() {
      for (const lane of lanes) lane.silent = true
    },
    cut: () => each((socket) => socket.destroy()),
    reset: () => each(resetNow),
    async close() {
      proxy.cut()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

/** A socket that is just about to end refuses to be reset, and would never be closed. */
const resetNow = (socket: Socket): void =>
  void (socket.writableEnded && !socket.writableFinished ? socket.destroy() : socket.resetAndDestroy())
