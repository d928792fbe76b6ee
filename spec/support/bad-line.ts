import type { Transport } from '../../lib/contracts/transport.ts'
import type { TransportFactory } from '../../lib/testing/transport-suite.ts'
import { type SocketIoHost, socketIoHost } from './socket-io-fixture.ts'
import { tcpProxy } from './tcp-proxy.ts'

/** A silent line counts as lost after both: soon enough to see it within a test. */
const shortPings = { pingInterval: 300, pingTimeout: 700 }

/** What the suite may test beside the contract, of socket.io over a bad line. */
export const capabilities = {
  encodesOnce: true,
  held: true,
  unanswered: true,
  breaks: ['cut', 'reset', 'silence'],
  patience: 10_000,
}

/** A socket.io host that is reached over a line which can be broken. `connect` makes transports from the line's URL. */
export function overABadLine(connect: (url: string, connectTimeout: number) => Transport): TransportFactory {
  return async (source, way) => {
    const host = await socketIoHost(source, way === 'silence' ? shortPings : {})
    const [line, mute] = [await tcpProxy(host.port), await tcpProxy(host.port)]
    mute.pause('to server')
    const breaks: Record<string, () => void> = { cut: line.cut, reset: line.reset, silence: line.silence }
    return {
      connect: () => connect(`http://127.0.0.1:${line.port}`, 10_000),
      unanswered: () => connect(`http://127.0.0.1:${mute.port}`, 200),
      break: (way) => breaks[way]?.(),
      held: () => held(host),
      async close() {
        await Promise.all([line.close(), mute.close()])
        await host.close()
      },
    }
  }
}

function held({ server, http }: SocketIoHost): readonly string[] {
  return [
    ...process.getActiveResourcesInfo(),
    ...[server.sockets, server.engine, http].map((emitter) => `${emitter.eventNames().length} events`),
    `${server.sockets.sockets.size} sockets`,
    `${server.engine.clientsCount} connections`,
  ]
}
