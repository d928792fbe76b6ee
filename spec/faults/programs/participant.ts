import { auditTime, filter, firstValueFrom, identity, merge, Subject, take, timer } from 'rxjs'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import type { ConnectedProxy } from '../../../lib/client/connected-proxy.ts'
import { realEnvironment } from '../../../lib/environment.ts'
import { type Client, createClient } from '../../../lib/index.ts'
import { offline } from '../../../lib/offline/index.ts'
import { Random } from '../../../lib/testing/simulator/random.ts'
import { socketIoTransport } from '../../../transports/socket-io/index.ts'
import { hashOf } from '../support/hash.ts'
import { Journal } from '../support/journal.ts'
import { type Board, type DocumentId, documentIds, type Kinds, kinds } from './documents.ts'
import { Editor } from './editor.ts'
import { type ClientPoint, type Failpoint, Failpoints } from './failpoints.ts'
import { type ClientWay, watchedStorage, watchedTransport } from './watched-client.ts'

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
  /** Milliseconds for a line to come up. @default 1_000 */
  readonly connectTimeout?: number
  /** Milliseconds between two looks at what it shows. @default it sees every change */
  readonly looks?: number
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

const isCommon = new Set(['flush_begun', 'flush_cancelled', 'flushed', 'synced'])

/** A client over a folder, which edits what it is told to and dies where it is told to. */
export class Participant {
  readonly #journal: Journal
  readonly #failpoints: Failpoints<ClientPoint>
  readonly #hurry = new Subject<void>()
  readonly #client: Client<Kinds>
  readonly #editor: Editor
  readonly #looks: number
  readonly #proxies: ReadonlyMap<DocumentId, ConnectedProxy<Board>>
  /** All that is under way. */
  readonly #working = new Set<Promise<unknown>>()

  constructor({
    url,
    folder,
    journal: path,
    subject,
    life,
    seed,
    lease,
    connectTimeout = 1_000,
    looks = 0,
    way,
  }: ClientTask) {
    const journal = new Journal(path)
    const failpoints = new Failpoints<ClientPoint>(journal)
    const watch = { journal, pass: failpoints.pass, answers: { isHeard: false }, way }
    const line = socketIoTransport(url, { transports: ['websocket'], connectTimeout })
    this.#journal = journal
    this.#failpoints = failpoints
    this.#looks = looks
    this.#client = createClient<Kinds>({
      transport: watchedTransport(line, watch),
      storage: offline(watchedStorage(fileStorage(folder), watch), { lease }),
      token: subject,
      environment: { ...realEnvironment, hurry$: this.#hurry },
    })
    this.#editor = new Editor(subject, life, new Random(seed), journal)
    this.#proxies = new Map(documentIds.map((id) => [id, this.#open(id)]))
  }

  answer(ask: ClientAsk): unknown {
    switch (ask.type) {
      case 'loaded':
        return this.#all(({ loaded }) => loaded)
      case 'arm':
        return this.#failpoints.arm(ask.failpoint)
      case 'work':
        return this.#noted(this.#work(ask))
      case 'waiting':
        return [...this.#proxies.values()].reduce((sum, proxy) => sum + pendingOf(proxy), 0)
      case 'live':
        return firstValueFrom(this.#client.status$.pipe(filter(({ state }) => state === 'live')), {
          defaultValue: undefined,
        })
      case 'hurry':
        return this.#hurry.next()
      case 'rest':
        return this.#rest()
      case 'show':
        return shown(this.#proxy(ask.document), ask.count)
      case 'stands':
        return inWords(this.#proxy(ask.document))
      case 'end':
        return this.#end()
    }
  }

  #open(id: DocumentId): ConnectedProxy<Board> {
    const { initial } = kinds[id.split('/')[0] as keyof Kinds]
    const proxy = this.#client.open(id, { initial })
    proxy.sync$.subscribe((event) => {
      if (!isCommon.has(event.type)) this.#journal.note({ type: 'told', document: id, event })
    })
    const changes = merge(proxy.document$, proxy.pending$)
    changes.pipe(this.#looks > 0 ? auditTime(this.#looks) : identity).subscribe(() => this.#look(proxy))
    return proxy
  }

  /** What is shown with nothing pending can be compared with the history. */
  #look(proxy: ConnectedProxy<Board>): void {
    if (!proxy.isLoaded || pendingOf(proxy) > 0) return
    const hash = hashOf(textOf(proxy))
    this.#journal.note({ type: 'shows', document: proxy.id, count: proxy.getCommandCount(), hash })
  }

  async #work({ commands, until }: Extract<ClientAsk, { type: 'work' }>): Promise<void> {
    await this.#all(({ loaded }) => loaded)
    const waiting: Promise<unknown>[] = []
    for (let i = 0; i < commands; i++) {
      const made = this.#editor.edit(this.#proxy(this.#editor.random.pick(documentIds)))
      if (!made) continue
      if (until !== 'applied') waiting.push(made[until])
      await this.#pace(made.kept)
    }
    await Promise.all(waiting)
  }

  /** Some commands go out together, some when the one before is kept, some a little later. */
  async #pace(kept: Promise<void>): Promise<unknown> {
    const { random } = this.#editor
    switch (random.below(4)) {
      case 0:
        return undefined
      case 1:
        return Promise.race([kept, firstValueFrom(timer(50))])
      default:
        return firstValueFrom(timer(random.below(20)))
    }
  }

  #noted(work: Promise<void>): Promise<void> {
    this.#working.add(work)
    return work.finally(() => this.#working.delete(work))
  }

  async #rest(): Promise<void> {
    await Promise.all(this.#working)
    await this.#all(async (proxy) => {
      await proxy.loaded
      await proxy.flush()
    })
  }

  async #end(): Promise<void> {
    this.#client.close()
    await this.#client.closed
    this.#journal.note({ type: 'ends' })
  }

  #proxy(id: DocumentId): ConnectedProxy<Board> {
    return this.#proxies.get(id) as ConnectedProxy<Board>
  }

  async #all(act: (proxy: ConnectedProxy<Board>) => Promise<void>): Promise<void> {
    await Promise.all([...this.#proxies.values()].map(act))
  }
}

const textOf = (proxy: ConnectedProxy<Board>): string => JSON.stringify(proxy.getDocument())

function pendingOf(proxy: ConnectedProxy<Board>): number {
  let pending = 0
  proxy.pending$.pipe(take(1)).subscribe((count) => {
    pending = count
  })
  return pending
}

async function shown(proxy: ConnectedProxy<Board>, count: number): Promise<string> {
  const moves = merge(proxy.sync$, proxy.pending$)
  await firstValueFrom(moves.pipe(filter(() => pendingOf(proxy) === 0 && proxy.getCommandCount() === count)))
  return textOf(proxy)
}

const inWords = (proxy: ConnectedProxy<Board>): string =>
  `${proxy.getCommandCount()} with ${pendingOf(proxy)} waiting, ${JSON.stringify(proxy.status)}`
