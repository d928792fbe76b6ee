import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lmdbHistory } from 'millrace/adapters/history/lmdb'
import { createHost } from 'millrace/host'
import { httpListener } from 'millrace/transports/http/server'
import { serveSocketIo } from 'millrace/transports/socket-io/server'
import { Server } from 'socket.io'
import { documents } from '../todo/documents.ts'
import type { Way } from '../todo/way-names.ts'
import { pages } from './pages.ts'

export interface Serving {
  readonly port: number
  /** Ends the sessions, finishes what is under way, and frees the port. */
  close(): Promise<void>
}

/** Serves the pages in a folder and the lists in another on one port, by every transport there is. */
export async function serve(options: { port: number; data: string; pages: string; transport: Way }): Promise<Serving> {
  const http = createServer()
  http.listen(options.port)
  await once(http, 'listening')
  try {
    const host = createHost({ documents, history: lmdbHistory(options.data) })
    const io = new Server(http, { serveClient: false })
    const edge = serveSocketIo(io, host)
    const millrace = httpListener(host)
    const answer = pages(options.pages, {
      '/health': () => ({ status: 'ok', ...host.counts }),
      '/transport': () => ({ transport: options.transport }),
    })
    http.on('request', (request, response) => (request.url === '/millrace' ? millrace : answer)(request, response))
    host.events$.subscribe((event) => {
      if (event.type !== 'document_opened' && event.type !== 'document_closed') console.error(event)
    })
    return {
      port: (http.address() as AddressInfo).port,
      async close() {
        edge.unsubscribe()
        await host.close()
        await io.close()
      },
    }
  } catch (error) {
    http.close()
    throw error
  }
}
