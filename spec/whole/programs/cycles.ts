import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { filter, firstValueFrom, interval } from 'rxjs'
import { Server } from 'socket.io'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { createHost } from '../../../lib/host/index.ts'
import { createClient, document } from '../../../lib/index.ts'
import { socketIoTransport } from '../../../transports/socket-io/index.ts'
import { serveSocketIo } from '../../../transports/socket-io/server.ts'
import { bytesKept } from '../../support/memory.ts'

/** What a process holds at one moment. */
export interface Held {
  readonly resources: readonly string[]
  readonly listeners: readonly number[]
  readonly counts: { readonly sessions: number; readonly documents: number }
  readonly bytes: number
}

interface Note {
  text: string
}

const documents = { note: document<Note>({ initial: { text: '' } }) }
const host = createHost({ documents, history: lmdbHistory(process.argv[2] as string) })
const http = createServer()
const server = new Server(http)
const serving = serveSocketIo(server, host)
http.listen(0, '127.0.0.1')
await once(http, 'listening')
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`

async function cycle(): Promise<void> {
  const client = createClient<typeof documents>({ transport: socketIoTransport(url, { transports: ['websocket'] }) })
  const note = client.open('note/one')
  await note.loaded
  const seen = note.document$.subscribe()
  note.apply({ action: 'update', props: { text: 'again' } })
  await note.flush()
  seen.unsubscribe()
  client.close()
}

const countListeners = (emitter: { eventNames(): (string | symbol)[]; listenerCount(name: never): number }): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name as never), 0)

async function look(): Promise<Held> {
  // A server hears of a closed socket a moment after the client has closed it.
  await firstValueFrom(interval(10).pipe(filter(() => host.counts.sessions === 0 && server.engine.clientsCount === 0)))
  await firstValueFrom(interval(10).pipe(filter(() => !process.getActiveResourcesInfo().includes('TCPSocketWrap'))))
  return {
    resources: process.getActiveResourcesInfo().sort(),
    listeners: [server, server.sockets, server.engine, http, process].map(
      countListeners as (emitter: object) => number,
    ),
    counts: host.counts,
    bytes: await bytesKept(),
  }
}

for (let i = 0; i < 100; i++) await cycle()
const before = await look()
for (let i = 100; i < 1_000; i++) await cycle()
const after = await look()

serving.unsubscribe()
await server.close()
await host.close()
// Nothing ends the process: it does so because nothing is left to do.
process.send?.({ before, after })
process.disconnect?.()
