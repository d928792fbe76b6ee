import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server, type ServerOptions } from 'socket.io'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { type ServeSocketIoOptions, serveSocketIo } from '../../transports/socket-io/server.ts'

/** A real http server on a port of its own that serves a source by socket.io. */
export interface SocketIoHost {
  readonly server: Server
  readonly http: HttpServer
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

export async function socketIoHost(
  source: SessionSource,
  serverOptions: Partial<ServerOptions> = {},
  options: ServeSocketIoOptions = {},
): Promise<SocketIoHost> {
  const http = createServer()
  const server = new Server(http, serverOptions)
  const serving = serveSocketIo(server, source, options)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    server,
    http,
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      serving.unsubscribe()
      http.closeAllConnections()
      await server.close()
    },
  }
}
