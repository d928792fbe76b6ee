import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { filter, firstValueFrom, map, merge, of } from 'rxjs'
import { Server } from 'socket.io'
import { hasCode, messageOf } from '../../../lib/errors.ts'
import { createHost, type OnLostHistory } from '../../../lib/host/index.ts'
import { serveSocketIo } from '../../../transports/socket-io/server.ts'
import { answering } from '../support/child.ts'
import { Journal } from '../support/journal.ts'
import { type DocumentId, kinds } from './documents.ts'
import { type Failpoint, Failpoints, type HostPoint } from './failpoints.ts'
import { historyAt, type Place } from './place.ts'
import { type HistoryWay, watchedHistory, watchedSessions } from './watched-host.ts'

// A host over histories that it shares, which dies where it is told to.

/** What a host is started with. */
export interface HostTask {
  readonly place: Place
  readonly journal: string
  /** Where it notes what the histories hold, where they may lose it. */
  readonly held?: string
  /** How its history is to be broken, to see whether anybody finds out. */
  readonly way?: HistoryWay
  /** @default 'begin_anew' */
  readonly onLostHistory?: OnLostHistory
  /** Milliseconds after which a line that says nothing is dead. @default 800 */
  readonly silence?: number
}

/** What a host is asked. */
export type HostAsk =
  | { readonly type: 'port' }
  | { readonly type: 'arm'; readonly failpoint: Failpoint<HostPoint> | undefined }
  /** Answers with the document once it has so many commands. */
  | { readonly type: 'show'; readonly document: DocumentId; readonly count: number }
  /** Answers with how a document stands, in words. */
  | { readonly type: 'stands'; readonly document: DocumentId }
  | { readonly type: 'end' }

const {
  place,
  journal: path,
  held,
  way,
  onLostHistory = 'begin_anew',
  silence = 800,
} = JSON.parse(process.argv[2] as string) as HostTask
const journal = new Journal(path)
const failpoints = new Failpoints<HostPoint>(journal)
const host = createHost({
  documents: kinds,
  history: watchedHistory(historyAt(place), {
    journal,
    pass: failpoints.pass,
    held: held === undefined ? undefined : new Journal(held),
    way,
  }),
  authenticate: ({ token }) => ({ subject: String(token) }),
  idleTime: 200,
  onLostHistory,
})
host.events$.subscribe((event) => {
  // A history that was not reached is asked again with the next who opens the document.
  if (event.type === 'failed' && !hasCode(event.error, 'unavailable'))
    journal.note({ type: 'wrong', what: `The host failed: ${event.error}` })
  else journal.note({ type: 'met', what: event.type })
  // Whoever operates it goes on with what is there, where a copy cannot be put back.
  if (event.type === 'history_lost' && event.action === 'stop') void host.recover(event.document, 'begin_anew')
})

const http = createServer()
const server = new Server(http, { transports: ['websocket'], pingInterval: 0.4 * silence, pingTimeout: 0.6 * silence })
const serving = serveSocketIo(server, watchedSessions(host, failpoints.pass))
http.listen(0, '127.0.0.1')
await once(http, 'listening')

async function show(id: DocumentId, count: number): Promise<string> {
  const master = await host.open(id)
  const snapshots = merge(of(undefined), master.commands$).pipe(map(() => master.getSnapshot()))
  const { document } = await firstValueFrom(snapshots.pipe(filter(({ commandCount }) => commandCount === count)))
  master.close()
  return JSON.stringify(document)
}

async function stands(id: DocumentId): Promise<string> {
  const master = await host.open(id).catch(messageOf)
  if (typeof master === 'string') return master
  const { commandCount } = master.getSnapshot()
  master.close()
  return String(commandCount)
}

async function end(): Promise<void> {
  serving.unsubscribe()
  http.closeAllConnections()
  await server.close()
  await host.close()
}

answering<HostAsk>((ask) => {
  switch (ask.type) {
    case 'port':
      return (http.address() as AddressInfo).port
    case 'arm':
      return failpoints.arm(ask.failpoint)
    case 'show':
      return show(ask.document, ask.count)
    case 'stands':
      return stands(ask.document)
    case 'end':
      return end()
  }
})
