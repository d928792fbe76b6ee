import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { HistoryAdapter } from 'millrace'
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

export interface ServeOptions {
  readonly port: number
  /** The folder of the built pages. */
  readonly pages: string
  /** Pages by their paths, and the one that is served at all others. @default those of the todo list */
  readonly named?: Readonly<Record<string, string>>
  readonly other?: string
  readonly transport: Way
  /** Opens what keeps the lists, once the port is there. It is closed with the server. */
  readonly history: () => HistoryAdapter
  /** Whether what it needs is there, and what to tell of that. @default always */
  readonly health?: () => { readonly isWell: boolean } & object
}

/** Serves the pages in a folder and the lists of a history on one port, by every transport there is. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const http = createServer()
  http.listen(options.port)
  await once(http, 'listening')
  try {
    const host = createHost({ documents, history: options.history() })
    const io = new Server(http, { serveClient: false })
    const edge = serveSocketIo(io, host)
    const millrace = httpListener(host)
    let isClosing = false
    const told = {
      '/health': () => {
        const { isWell, ...more } = options.health?.() ?? { isWell: true }
        const status = isClosing ? 'closing' : isWell ? 'ok' : 'unwell'
        return { status: status === 'ok' ? 200 : 503, body: { status, ...host.counts, ...more } }
      },
      '/transport': () => ({ status: 200, body: { transport: options.transport } }),
    }
    const answer = pages(options.pages, told, options.named, options.other)
    http.on('request', (request, response) => (request.url === '/millrace' ? millrace : answer)(request, response))
    host.events$.subscribe((event) => {
      if (event.type !== 'document_opened' && event.type !== 'document_closed') console.error(event)
    })
    return {
      port: (http.address() as AddressInfo).port,
      async close() {
        isClosing = true
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
