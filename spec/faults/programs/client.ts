import { createHash } from 'node:crypto'
import { filter, firstValueFrom, merge, Subject, take, timer } from 'rxjs'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import type { ConnectedProxy } from '../../../lib/client/connected-proxy.ts'
import { realEnvironment } from '../../../lib/environment.ts'
import { createClient } from '../../../lib/index.ts'
import { offline } from '../../../lib/offline/index.ts'
import { Random } from '../../../lib/testing/simulator/random.ts'
import { socketIoTransport } from '../../../transports/socket-io/index.ts'
import { answering } from '../support/child.ts'
import { Journal } from '../support/journal.ts'
import { type Board, type DocumentId, documentIds, type Kinds, kinds } from './documents.ts'
import { Editor } from './editor.ts'
import { type ClientPoint, type Failpoint, Failpoints } from './failpoints.ts'
import { type ClientWay, watchedStorage, watchedTransport } from './watched-client.ts'

// A client over a folder, which edits what it is told to and dies where it is told to.

/** What a client is started with. */
export interface ClientTask {
  readonly url: string
  readonly folder: string
  readonly journal: string
  readonly subject: string
  readonly life: number
  readonly seed: number
  /** Milliseconds after which what sleeps loses its queue. */
  readonly lease: number
  /** How its storage or line is to be broken, to see whether anybody finds out. */
  readonly way?: ClientWay
}

/** What a client is asked. */
export type ClientAsk =
  /** Answers when all is loaded. */
  | { readonly type: 'loaded' }
  | { readonly type: 'arm'; readonly failpoint: Failpoint<ClientPoint> | undefined }
  /** Applies so many commands, and answers when they are `until` there. */
  | { readonly type: 'work'; readonly commands: number; readonly until: 'applied' | 'kept' | 'settled' }
  /** Answers with how many commands wait. */
  | { readonly type: 'waiting' }
  /** Answers when the line works. */
  | { readonly type: 'live' }
  /** The line may work again. */
  | { readonly type: 'hurry' }
  /** Answers when all that it was asked to do is done and settled. */
  | { readonly type: 'rest' }
  /** Answers with the document once it has so many commands and none of them waits. */
  | { readonly type: 'show'; readonly document: DocumentId; readonly count: number }
  /** Answers with how a document stands, in words. */
  | { readonly type: 'stands'; readonly document: DocumentId }
  | { readonly type: 'end' }

const task = JSON.parse(process.argv[2] as string) as ClientTask
const journal = new Journal(task.journal)
const failpoints = new Failpoints<ClientPoint>(journal)
const hurry = new Subject<void>()
const watch = { journal, pass: failpoints.pass, answers: { isHeard: false }, way: task.way }

const client = createClient<Kinds>({
  transport: watchedTransport(socketIoTransport(task.url, { transports: ['websocket'], connectTimeout: 1_000 }), watch),
  storage: offline(watchedStorage(fileStorage(task.folder), watch), { lease: task.lease }),
  token: task.subject,
  environment: { ...realEnvironment, hurry$: hurry },
})

const editor = new Editor(task.subject, task.life, new Random(task.seed), journal)
const proxies = new Map(documentIds.map((id) => [id, openDocument(id)]))

function openDocument(id: DocumentId): ConnectedProxy<Board> {
  const { initial } = kinds[id.split('/')[0] as keyof Kinds]
  const proxy = client.open(id, { initial })
  proxy.sync$.subscribe((event) => {
    if (!isCommon.has(event.type)) journal.note({ type: 'told', document: id, event })
  })
  merge(proxy.document$, proxy.pending$).subscribe(() => look(proxy))
  return proxy
}

const isCommon = new Set(['flush_begun', 'flush_cancelled', 'flushed', 'synced'])

const pendingOf = (proxy: ConnectedProxy<Board>): number => {
  let pending = 0
  proxy.pending$.pipe(take(1)).subscribe((count) => {
    pending = count
  })
  return pending
}

const textOf = (proxy: ConnectedProxy<Board>): string => JSON.stringify(proxy.getDocument())

/** What is shown with nothing pending can be compared with the history. */
function look(proxy: ConnectedProxy<Board>): void {
  if (!proxy.isLoaded || pendingOf(proxy) > 0) return
  const hash = createHash('sha1').update(textOf(proxy)).digest('base64url')
  journal.note({ type: 'shows', document: proxy.id, count: proxy.getCommandCount(), hash })
}

async function work({ commands, until }: Extract<ClientAsk, { type: 'work' }>): Promise<void> {
  await all(({ loaded }) => loaded)
  const waiting: Promise<unknown>[] = []
  for (let i = 0; i < commands; i++) {
    const id = editor.random.pick(documentIds)
    const made = editor.edit(proxies.get(id) as ConnectedProxy<Board>)
    if (!made) continue
    if (until !== 'applied') waiting.push(made[until])
    await pace(made.kept)
  }
  await Promise.all(waiting)
}

/** Some commands go out together, some when the one before is kept, some a little later. */
async function pace(kept: Promise<void>): Promise<unknown> {
  switch (editor.random.below(4)) {
    case 0:
      return undefined
    case 1:
      return Promise.race([kept, firstValueFrom(timer(50))])
    default:
      return firstValueFrom(timer(editor.random.below(20)))
  }
}

async function show(id: DocumentId, count: number): Promise<string> {
  const proxy = proxies.get(id) as ConnectedProxy<Board>
  const moves = merge(proxy.sync$, proxy.pending$)
  await firstValueFrom(moves.pipe(filter(() => pendingOf(proxy) === 0 && proxy.getCommandCount() === count)))
  return textOf(proxy)
}

function stands(id: DocumentId): string {
  const proxy = proxies.get(id) as ConnectedProxy<Board>
  return `${proxy.getCommandCount()} with ${pendingOf(proxy)} waiting, ${JSON.stringify(proxy.status)}`
}

/** All that is under way. */
const working = new Set<Promise<unknown>>()

function noted(work: Promise<void>): Promise<void> {
  working.add(work)
  return work.finally(() => working.delete(work))
}

async function rest(): Promise<void> {
  await Promise.all(working)
  await all(async (proxy) => {
    await proxy.loaded
    await proxy.flush()
  })
}

async function end(): Promise<void> {
  client.close()
  await client.closed
  journal.note({ type: 'ends' })
}

const all = (act: (proxy: ConnectedProxy<Board>) => Promise<void>) => Promise.all([...proxies.values()].map(act))

answering<ClientAsk>(async (ask) => {
  switch (ask.type) {
    case 'loaded':
      return all(({ loaded }) => loaded)
    case 'arm':
      return failpoints.arm(ask.failpoint)
    case 'work':
      return noted(work(ask))
    case 'waiting':
      return [...proxies.values()].reduce((sum, proxy) => sum + pendingOf(proxy), 0)
    case 'live':
      return firstValueFrom(client.status$.pipe(filter(({ state }) => state === 'live')), { defaultValue: undefined })
    case 'hurry':
      return hurry.next()
    case 'rest':
      return rest()
    case 'show':
      return show(ask.document, ask.count)
    case 'stands':
      return stands(ask.document)
    case 'end':
      return end()
  }
})
