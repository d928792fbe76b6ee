import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import { createHost, type Host } from '../../lib/host/host.ts'
import { httpListener } from '../../transports/http/server.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { documents } from './documents.ts'
import { pageOf } from './script-pages.ts'

/** A host that pages reach where they come from: by socket.io, and by HTTP at `/millrace`. */
export interface Site {
  readonly host: Host<typeof documents>
  readonly history: HistoryAdapter
  readonly port: number
  close(): Promise<void>
}

/** Serves every other path with this program alone. */
export async function site(program?: URL): Promise<Site> {
  const page = program && (await pageOf(program))
  const history = memoryHistory()
  const host = createHost({ documents, history })
  const http = createServer()
  const io = new Server(http, { serveClient: false })
  const sockets = serveSocketIo(io, host)
  const polls = httpListener(host)
  http.on('request', (request, response) => {
    if (request.url === '/millrace') polls(request, response)
    else if (!request.url?.startsWith('/socket.io/')) response.writeHead(200, { 'content-type': 'text/html' }).end(page)
  })
  http.listen(0)
  await once(http, 'listening')
  return {
    host,
    history,
    port: (http.address() as AddressInfo).port,
    async close() {
      sockets.unsubscribe()
      await host.close()
      http.closeAllConnections()
      await io.close()
      await history.close()
    },
  }
}
