import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A real http server on a port of its own. */
export interface HttpHost {
  readonly http: Server
  readonly port: number
  readonly url: string
  close(): Promise<void>
}

export async function httpHost(listener: RequestListener): Promise<HttpHost> {
  const http = createServer(listener)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    http,
    port,
    url: `http://127.0.0.1:${port}/millrace`,
    async close() {
      const closed = once(http, 'close')
      http.close()
      http.closeAllConnections()
      await closed
    },
  }
}
