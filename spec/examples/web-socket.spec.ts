import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, it } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import { webSocketTransport } from '../../examples/web-socket/client.ts'
import { serveWebSockets } from '../../examples/web-socket/server.ts'
import { type TransportFactory, transportSuite } from '../../lib/testing/transport-suite.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

/** Soon enough to be seen within a test. */
const impatient = { silence: 600, pause: 200 }

// A silent line does not answer a goodbye either.
const open = (url: string) => new WebSocket(url, { closeTimeout: 500 } as object) as unknown as globalThis.WebSocket

const overABadLine: TransportFactory = async (source, way) => {
  const server = new WebSocketServer({ port: 0, maxPayload: source.maxMessageBytes })
  await once(server, 'listening')
  const options: Partial<typeof impatient> = way === 'silence' ? impatient : {}
  const serving = serveWebSockets(server, source, options.pause)
  const line = await tcpProxy((server.address() as AddressInfo).port)
  const mute = await tcpProxy((server.address() as AddressInfo).port)
  mute.pause('to server')
  const breaks: Record<string, () => void> = { cut: line.cut, reset: line.reset, silence: line.silence }
  return {
    connect: () => webSocketTransport(`ws://127.0.0.1:${line.port}`, { open, ...options }),
    unanswered: () => webSocketTransport(`ws://127.0.0.1:${mute.port}`, { open, silence: 200 }),
    break: (way) => breaks[way]?.(),
    held: () => [...process.getActiveResourcesInfo(), `${server.clients.size} sockets`],
    async close() {
      serving.unsubscribe()
      await Promise.all([line.close(), mute.close()])
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

transportSuite(
  'a transport of one’s own, over WebSockets',
  overABadLine,
  { describe, it },
  { encodesOnce: true, held: true, unanswered: true, breaks: ['cut', 'reset', 'silence'], patience: 10_000 },
)
