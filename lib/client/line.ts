import {
  concat,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  type Observable,
  of,
  retry,
  Subject,
  type Subscription,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
  timer,
} from 'rxjs'
import type { Transport, Via } from '../contracts/transport.ts'
import type { Environment } from '../environment.ts'
import { hasCode, MillraceError, messageOf } from '../errors.ts'
import { defaultLimits, type Limits } from '../protocol/limits.ts'
import { type ClientMessage, type ErrorMessage, protocolVersion, type ServerMessage } from '../protocol/messages.ts'
import { parseServerMessage } from '../protocol/parse.ts'
import { backOff } from './back-off.ts'

/** How the conversation with the host stands. */
export type LineStatus =
  | { readonly state: 'connecting' }
  /** `via` where the transport has a choice. */
  | { readonly state: 'live'; readonly limits: Limits; readonly via?: Via | undefined }
  /** The line broke; it is tried again, at the latest after `retryIn` milliseconds. */
  | { readonly state: 'offline'; readonly reason: string; readonly retryIn: number }
  /** The host does not want this client; somebody must act. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string }
  | { readonly state: 'closed' }

/** Whoever speaks over the line: told when it is up, what the host says, and when it is down. */
export interface Speaker {
  up(limits: Limits): void
  down(): void
  hear(message: ServerMessage): void
}

export interface LineConfig {
  readonly transport: Transport
  readonly environment: Environment
  readonly token: () => string | undefined | Promise<string | undefined>
  readonly app?: string
}

const helloTime = 10_000

/** Milliseconds after which a line that breaks has been up: what breaks sooner was no success. */
const lastingTime = 1_000

/**
 * One conversation with a host for all documents of a client, begun again whenever it breaks: after 0.5 s doubling to
 * 30 s, with full jitter, at once when the environment says hurry; from 0.5 s again once one has lasted. This is the only
 * place that reconnects.
 */
export class Line {
  #status: LineStatus = { state: 'connecting' }
  readonly changed = new Subject<void>()
  readonly #config: LineConfig
  readonly #speakers = new Set<Speaker>()
  #outgoing: Subject<ClientMessage> | undefined
  #via: Via | undefined
  /** When the host first welcomed this session; never, until it has. */
  #upAt = Number.POSITIVE_INFINITY
  #running: Subscription | undefined

  constructor(config: LineConfig) {
    this.#config = config
  }

  get status(): LineStatus {
    return this.#status
  }

  /** Adds a speaker, and connects for the first one. @returns what takes it away */
  join(speaker: Speaker): () => void {
    this.#speakers.add(speaker)
    this.#running ??= this.#connect().subscribe()
    if (this.#status.state === 'live') speaker.up(this.#status.limits)
    return () => this.#speakers.delete(speaker)
  }

  /** Says something, if the line is live; what is said otherwise is lost, as on any line. */
  say(message: ClientMessage): void {
    if (this.#status.state === 'live') this.#outgoing?.next(message)
  }

  close(): void {
    this.#set({ state: 'closed' })
    this.#running?.unsubscribe()
    this.changed.complete()
  }

  #connect(): Observable<ServerMessage> {
    const { environment } = this.#config
    let failures = 0
    return defer(() => this.#session()).pipe(
      retry({
        delay: (error) => {
          if (hasCode(error) && isFinal(error.code)) {
            this.#down({ state: 'refused', code: error.code, reason: error.message })
            return EMPTY
          }
          const hasLasted = environment.scheduler.now() - this.#upAt >= lastingTime
          failures = hasLasted ? 1 : failures + 1
          const retryIn = Math.round(backOff(environment, failures))
          this.#down({ state: 'offline', reason: messageOf(error), retryIn })
          return merge(timer(retryIn, environment.scheduler), environment.hurry$).pipe(
            take(1),
            tap(() => this.#set({ state: 'connecting' })),
          )
        },
      }),
    )
  }

  /** One session, from hello on. It errors whenever it ends. */
  #session(): Observable<ServerMessage> {
    const { transport, environment, token, app } = this.#config
    const outgoing = new Subject<ClientMessage>()
    const late = () => new MillraceError('connection_lost', `The host did not answer within ${helloTime} ms.`)
    const ended = () => new MillraceError('connection_lost', 'The host ended the session.')
    this.#outgoing = outgoing
    this.#upAt = Number.POSITIVE_INFINITY
    return defer(async () => token()).pipe(
      switchMap((text) => {
        const optional = { ...(text !== undefined && { token: text }), ...(app !== undefined && { app }) }
        const hello = of<ClientMessage>({ type: 'hello', protocol: protocolVersion, ...optional })
        return concat(
          transport(concat(hello, outgoing), (taken) => {
            this.#via = taken
          }),
          throwError(ended),
        )
      }),
      map(parseServerMessage),
      filter((message) => message !== undefined),
      timeout({ first: helloTime, with: () => throwError(late), scheduler: environment.scheduler }),
      tap((message) => this.#hear(message)),
    )
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'welcome') {
      const limits = limitsOf(message.limits)
      this.#upAt = Math.min(this.#upAt, this.#config.environment.scheduler.now())
      this.#set({ state: 'live', limits, via: this.#via })
      this.#each((speaker) => speaker.up(limits))
    } else if (message.type === 'error' && message.document === undefined) {
      throw asError(message)
    } else {
      this.#each((speaker) => speaker.hear(message))
    }
  }

  /** Whoever leaves because of what another was told is told nothing more. */
  #each(tell: (speaker: Speaker) => void): void {
    for (const speaker of [...this.#speakers]) if (this.#speakers.has(speaker)) tell(speaker)
  }

  #down(status: LineStatus): void {
    const wasLive = this.#status.state === 'live'
    this.#outgoing = undefined
    this.#set(status)
    if (wasLive) this.#each((speaker) => speaker.down())
  }

  #set(status: LineStatus): void {
    if (this.#status.state === 'closed') return
    this.#status = status
    this.changed.next()
  }
}

/** What a host announces, as far as it makes sense here. */
const limitsOf = (announced: Partial<Limits>): Limits => {
  const isLimit = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0
  return { ...defaultLimits, ...Object.fromEntries(Object.entries(announced).filter(([, value]) => isLimit(value))) }
}

const isFinal = (code: string): boolean => code === 'unauthenticated' || code === 'unsupported_version'

const asError = ({ code, message }: ErrorMessage): MillraceError => new MillraceError(code, message)
