import {
  defer,
  finalize,
  firstValueFrom,
  from,
  merge,
  type Observable,
  Subject,
  switchMap,
  throwError,
  timeout,
} from 'rxjs'
import type { HistoryAdapter } from '../contracts/history.ts'
import type { SessionInfo, SessionSource } from '../contracts/transport.ts'
import type { Context, DocumentKind, DocumentKinds, DocumentOf } from '../documents.ts'
import { type Environment, realEnvironment } from '../environment.ts'
import { MillraceError } from '../errors.ts'
import type { CompletionBatch } from '../flushout.ts'
import { defaultLimits, type Limits } from '../protocol/limits.ts'
import type { Hello, ServerMessage } from '../protocol/messages.ts'
import type { HostEvent } from './host-event.ts'
import { HostedMaster } from './hosted-master.ts'
import type { OnLostHistory } from './lost-history.ts'
import { type Entered, Rooms } from './rooms.ts'
import { type Right, type Serving, sessionOf } from './session.ts'

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
  /**
   * What becomes of a document whose history no longer holds what this host has, as when the store was emptied or put
   * back under it. `events$` tells in any case. @default 'stop'
   */
  readonly onLostHistory?: OnLostHistory
  /** Milliseconds that a document stays open when nobody holds it. @default 60_000 */
  readonly idleTime?: number
  /** Time and chance. @default the real ones */
  readonly environment?: Environment
}

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
  /**
   * Serves a document again that was stopped because its history is lost: with what is there, or from the copy that this
   * host still holds, where nothing is there. Rejects with `regressed` where the copy would be put over something, and with
   * `not_open` where nothing was lost.
   */
  recover(id: string, how: 'begin_anew' | 'restore_copy'): Promise<void>
  /** What happens here. Hot; nothing is replayed; completes on close. */
  readonly events$: Observable<HostEvent>
  /** What it holds now. */
  readonly counts: HostCounts
  /** Ends every session, finishes what is under way, keeps snapshots and closes the history. Idempotent. */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes a host. */
export function createHost<K extends DocumentKinds, C extends Context = Context>(config: HostConfig<K, C>): Host<K, C> {
  return new Serve(config)
}

class Serve<K extends DocumentKinds, C extends Context> implements Host<K, C>, Serving<C> {
  readonly environment: Environment
  readonly limits: Limits
  readonly events$: Observable<HostEvent>
  readonly ending$: Observable<void>
  readonly #config: HostConfig<K, C>
  readonly #kinds: ReadonlyMap<string, DocumentKind<object, C>>
  readonly #events = new Subject<HostEvent>()
  readonly #rooms: Rooms<C>
  readonly #ending = new Subject<void>()
  #sessions = 0
  #closed: Promise<void> | undefined

  constructor(config: HostConfig<K, C>) {
    this.#config = config
    this.#kinds = kindsOf(config.documents)
    this.environment = config.environment ?? realEnvironment
    this.limits = { ...defaultLimits, ...config.limits }
    this.events$ = this.#events.asObservable()
    this.ending$ = this.#ending.asObservable()
    this.#rooms = new Rooms({
      history: config.history,
      environment: this.environment,
      limits: this.limits,
      idleTime: config.idleTime ?? 60_000,
      onLostHistory: config.onLostHistory ?? 'stop',
      report: (event) => this.#events.next(event),
    })
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
        return sessionOf(this, info)(incoming).pipe(finalize(() => this.#sessions--))
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
    return this.#rooms.enter(id, this.#kindOf(id))
  }

  recover(id: string, how: 'begin_anew' | 'restore_copy'): Promise<void> {
    return this.#rooms.recover(id, how)
  }

  readonly failed = (error: unknown): void => this.#events.next({ type: 'failed', error })

  async #close(): Promise<void> {
    this.#ending.next()
    await this.#rooms.close()
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
