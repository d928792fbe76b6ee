import {
  defer,
  finalize,
  firstValueFrom,
  from,
  merge,
  type Observable,
  Subject,
  Subscription,
  switchMap,
  takeUntil,
  throwError,
  timeout,
  timer,
} from 'rxjs'
import type { HistoryAdapter } from '../contracts/history.ts'
import type { SessionInfo, SessionSource } from '../contracts/transport.ts'
import type { Context, DocumentKind, DocumentKinds, DocumentOf } from '../documents.ts'
import { type Environment, realEnvironment } from '../environment.ts'
import { hasCode, MillraceError } from '../errors.ts'
import type { CompletionBatch } from '../flushout.ts'
import { defaultLimits, type Limits } from '../protocol/limits.ts'
import type { Hello, ServerMessage } from '../protocol/messages.ts'
import { HostedMaster } from './hosted-master.ts'
import { type Right, type Serving, sessionOf } from './session.ts'
import { Turns } from './turns.ts'

/** Who asks to come in, by what they say and what the line carried. */
export interface Visitor {
  readonly token: string | undefined
  /** The version of the client's application. */
  readonly app: string | undefined
  /** As the edge has it: an http request, where it is one. */
  readonly request: unknown
}

/** What a host serves, to whom, and where it keeps it. */
export interface HostConfig<K extends DocumentKinds, C extends Context> {
  /** The kinds of documents that it serves. */
  readonly documents: K
  /** Where their histories are. The host closes it. */
  readonly history: HistoryAdapter
  /** Tells who speaks, or throws to refuse for good. Without it everybody is `anonymous`. */
  readonly authenticate?: (who: Visitor) => C | Promise<C>
  /** What somebody may do with a document, asked when a session opens it. Without it everybody may write. */
  readonly authorize?: (context: C, id: string) => Right | Promise<Right>
  /**
   * Looks at a flush before it takes its turn: throws to reject all of it, with the message as the reason, or returns
   * the context for the interceptors. What was taken before is answered from the record, whatever it says.
   */
  readonly beforeFlush?: (
    batch: CompletionBatch & { readonly document: string },
    context: C,
  ) => C | undefined | Promise<C | undefined>
  /** What it takes, where that differs from `defaultLimits`. */
  readonly limits?: Partial<Limits>
  /** Milliseconds that a document stays open when nobody holds it. @default 60_000 */
  readonly idleTime?: number
  /** Time and chance. @default the real ones */
  readonly environment?: Environment
}

/** What happens at a host that no client is told. */
export type HostEvent =
  | { readonly type: 'document_opened' | 'document_closed'; readonly document: string }
  | { readonly type: 'save_failed' | 'append_unknown'; readonly document: string; readonly reason: string }
  /** The history no longer holds what this host had: it answers `unavailable` for the document until it is restarted. */
  | { readonly type: 'history_lost'; readonly document: string; readonly reason: string }
  | { readonly type: 'failed'; readonly error: unknown }

/** What a host holds at the moment. */
export interface HostCounts {
  readonly sessions: number
  readonly documents: number
}

/** Serves many documents to many sessions. */
export interface Host<K extends DocumentKinds = DocumentKinds, C extends Context = Context> extends SessionSource {
  /** One session; the very type of a transport, so in this process it is one. With a `subject`, nothing is authenticated. */
  session(info?: SessionInfo): (incoming: Observable<unknown>) => Observable<ServerMessage>
  /** A document for server code, held open until it is closed. Rejects with `invalid_id`, `refused` or `unavailable`. */
  open<N extends Extract<keyof K, string>>(id: `${N}/${string}`): Promise<HostedMaster<DocumentOf<K[N]>, C>>
  /** What happens here. Hot; nothing is replayed; completes on close. */
  readonly events$: Observable<HostEvent>
  /** What it holds now. */
  readonly counts: HostCounts
  /** Ends every session, finishes what is under way, keeps snapshots and closes the history. Idempotent. */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

interface Room<C extends Context> {
  readonly turns: Promise<Turns<object, C>>
  /** The name under which this host writes to it. */
  readonly client: string
  holders: number
  idle: Subscription | undefined
}

interface Entered<C extends Context> {
  readonly turns: Turns<object, C>
  readonly client: string
  readonly release: () => void
}

/** How many documents that nobody holds stay open at most, whatever the time. */
const mostIdle = 1_000

/** Makes a host. */
export function createHost<K extends DocumentKinds, C extends Context = Context>(config: HostConfig<K, C>): Host<K, C> {
  return new Serve(config)
}

class Serve<K extends DocumentKinds, C extends Context> implements Host<K, C>, Serving<C> {
  readonly environment: Environment
  readonly limits: Limits
  readonly events$: Observable<HostEvent>
  readonly #config: HostConfig<K, C>
  readonly #kinds: ReadonlyMap<string, DocumentKind<object, C>>
  readonly #events = new Subject<HostEvent>()
  readonly #rooms = new Map<string, Room<C>>()
  /** Those that nobody holds, the one that waits longest first, and what closes them. */
  readonly #idle = new Map<Room<C>, () => void>()
  readonly #closing = new Set<Promise<void>>()
  readonly #lost = new Set<string>()
  readonly #ending = new Subject<void>()
  readonly #client: string
  #sessions = 0
  #closed: Promise<void> | undefined

  constructor(config: HostConfig<K, C>) {
    this.#config = config
    this.#kinds = kindsOf(config.documents)
    this.environment = config.environment ?? realEnvironment
    this.limits = { ...defaultLimits, ...config.limits }
    this.events$ = this.#events.asObservable()
    this.#client = `host-${this.environment.id()}`
  }

  /** A flush above the limit must still arrive, to be refused with a reason. */
  get maxMessageBytes(): number {
    return 2 * this.limits.flushBytes + 65_536
  }

  get counts(): HostCounts {
    return { sessions: this.#sessions, documents: this.#rooms.size }
  }

  session(info: SessionInfo = {}): (incoming: Observable<unknown>) => Observable<ServerMessage> {
    return (incoming) =>
      defer(() => {
        if (this.#closed) return throwError(() => new MillraceError('connection_lost', 'The host is closing.'))
        if (this.#sessions >= this.limits.sessions) return from([this.#full])
        this.#sessions++
        return sessionOf(
          this,
          info,
        )(incoming).pipe(
          takeUntil(this.#ending),
          finalize(() => this.#sessions--),
        )
      })
  }

  async open<N extends Extract<keyof K, string>>(id: `${N}/${string}`): Promise<HostedMaster<DocumentOf<K[N]>, C>> {
    const { turns, client, release } = await this.acquire(id)
    return new HostedMaster(turns, client, release) as unknown as HostedMaster<DocumentOf<K[N]>, C>
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async authenticate({ token, app }: Hello, info: SessionInfo): Promise<C> {
    if (info.subject !== undefined) return { subject: info.subject } as C
    const { authenticate } = this.#config
    if (!authenticate) return { subject: 'anonymous' } as C
    return this.#inTime('authenticate', () => authenticate({ token, app, request: info.request }))
  }

  async authorize(context: C, id: string): Promise<Right> {
    this.#kindOf(id)
    const { authorize } = this.#config
    return authorize ? this.#inTime('authorize', () => authorize(context, id)) : 'write'
  }

  async beforeFlush(batch: CompletionBatch & { readonly document: string }, context: C): Promise<C> {
    const { beforeFlush } = this.#config
    if (!beforeFlush) return context
    return (await this.#inTime('beforeFlush', () => beforeFlush(batch, context))) ?? context
  }

  async acquire(id: string): Promise<Entered<C>> {
    const kind = this.#kindOf(id)
    if (this.#closed) throw new MillraceError('unavailable', 'The host is closing.')
    if (this.#lost.has(id)) throw new MillraceError('unavailable', `The history of '${id}' was lost.`)
    const room = this.#rooms.get(id) ?? this.#openRoom(id, kind)
    room.holders++
    room.idle?.unsubscribe()
    let isHeld = true
    const release = () => {
      if (!isHeld) return
      isHeld = false
      room.holders--
      if (room.holders === 0) this.#waitIdle(id, room)
    }
    try {
      return { turns: await room.turns, client: room.client, release }
    } catch (error) {
      release()
      throw error
    }
  }

  readonly failed = (error: unknown): void => this.#events.next({ type: 'failed', error })

  #openRoom(id: string, kind: DocumentKind<object, C>): Room<C> {
    const history = this.#config.history.open(id)
    const { environment, limits } = this
    const report = (event: HostEvent) => this.#events.next(event)
    const room: Room<C> = {
      turns: Turns.open({ id, kind, history, environment, limits, report }),
      client: `${this.#client}-${this.environment.id()}`,
      holders: 0,
      idle: undefined,
    }
    this.#rooms.set(id, room)
    room.turns.then(
      (turns) => {
        this.#events.next({ type: 'document_opened', document: id })
        turns.published$.subscribe({ error: (error) => this.#ended(id, room, error) })
      },
      (error) => this.#ended(id, room, error),
    )
    return room
  }

  #ended(id: string, room: Room<C>, error: unknown): void {
    room.idle?.unsubscribe()
    if (this.#rooms.get(id) === room) this.#rooms.delete(id)
    if (hasCode(error, 'regressed')) {
      this.#lost.add(id)
      this.#events.next({ type: 'history_lost', document: id, reason: error.message })
    } else if (!hasCode(error, 'closed')) this.failed(error)
    this.#events.next({ type: 'document_closed', document: id })
  }

  #waitIdle(id: string, room: Room<C>): void {
    if (this.#rooms.get(id) !== room || this.#closed) return
    const close = () => {
      room.idle?.unsubscribe()
      this.#rooms.delete(id)
      const closing = room.turns.then((turns) => turns.close()).finally(() => this.#closing.delete(closing))
      this.#closing.add(closing)
    }
    this.#idle.set(room, close)
    room.idle = new Subscription(() => this.#idle.delete(room))
    room.idle.add(timer(this.#config.idleTime ?? 60_000, this.environment.scheduler).subscribe(close))
    if (this.#idle.size > mostIdle) this.#idle.values().next().value?.()
  }

  async #close(): Promise<void> {
    this.#ending.next()
    const rooms = [...this.#rooms.values()]
    for (const { idle } of rooms) idle?.unsubscribe()
    await Promise.allSettled([...this.#closing, ...rooms.map(async ({ turns }) => (await turns).close())])
    await this.#config.history.close()
    this.#events.complete()
  }

  #kindOf(id: string): DocumentKind<object, C> {
    const names = [...this.#kinds.keys()]
    const slash = id.indexOf('/')
    if (slash <= 0 || slash === id.length - 1) {
      const example = `${names[0] ?? 'kind'}/${id.replaceAll('/', '') || 'name'}`
      throw new MillraceError(
        'invalid_id',
        `'${id}' has no kind; documents knows: ${names.join(', ')}. Write '${example}'.`,
      )
    }
    const kind = this.#kinds.get(id.slice(0, slash))
    if (!kind) throw new MillraceError('refused', `There is no '${id}' for you.`)
    return kind
  }

  get #full(): ServerMessage {
    const message = `This host has ${this.limits.sessions} sessions, which is all it takes (limits.sessions): try again later.`
    return { type: 'error', code: 'too_many', message }
  }

  /** Runs a hook of the application, which may be slow or never answer. */
  #inTime<R>(name: string, hook: () => R | Promise<R>): Promise<R> {
    const { answerTime } = this.limits
    const late = () =>
      new MillraceError('unavailable', `${name} did not answer within ${answerTime} ms (limits.answerTime).`)
    const closing = () => throwError(() => new MillraceError('unavailable', 'The host is closing.'))
    return firstValueFrom(
      merge(
        defer(async () => hook()),
        this.#ending.pipe(switchMap(closing)),
      ).pipe(timeout({ first: answerTime, with: () => throwError(late), scheduler: this.environment.scheduler })),
    )
  }
}

/** The kinds by name, each with its initial document as clients get it, and as nobody else changes it. */
const kindsOf = <C extends Context>(documents: DocumentKinds): Map<string, DocumentKind<object, C>> =>
  new Map(
    Object.entries(documents).map(([name, kind]) => [
      name,
      { ...kind, initial: JSON.parse(JSON.stringify(kind.initial)) } as unknown as DocumentKind<object, C>,
    ]),
  )
