import { concatMap, EMPTY, Observable, type Subscriber, Subscription, takeWhile, tap, timer } from 'rxjs'
import type { SessionInfo } from '../contracts/transport.ts'
import type { Context } from '../documents.ts'
import type { Environment } from '../environment.ts'
import { hasCode, MillraceError } from '../errors.ts'
import type { Limits } from '../protocol/limits.ts'
import {
  type ClientMessage,
  type Close,
  type ErrorMessage,
  type Flush,
  type Hello,
  type Open,
  protocolVersion,
  type ServerMessage,
} from '../protocol/messages.ts'
import { parseClientMessage } from '../protocol/parse.ts'
import { type BeforeFlush, OpenDocument } from './open-document.ts'
import type { Turns } from './turns.ts'

/** What somebody may do with a document; `false` and `undefined`: not even know that it exists. */
export type Right = 'write' | 'read' | false | undefined

/** What a session needs of its host. */
export interface Serving<C extends Context> {
  readonly environment: Environment
  readonly limits: Limits
  /** Emits when the host closes, which ends every session. */
  readonly ending$: Observable<void>
  authenticate(hello: Hello, info: SessionInfo): Promise<C>
  authorize(context: C, id: string): Promise<Right>
  readonly beforeFlush: BeforeFlush<C>
  /** Holds a document open until `release`. */
  acquire(id: string): Promise<{ readonly turns: Turns<object, C>; readonly release: () => void }>
  readonly failed: (error: unknown) => void
}

/** One conversation: what a client says comes in, unchecked; what it is told goes out. */
export const sessionOf =
  <C extends Context>(host: Serving<C>, info: SessionInfo) =>
  (incoming: Observable<unknown>): Observable<ServerMessage> =>
    new Observable((subscriber) => {
      const session = new Session(host, info, subscriber)
      const { waitingMessages, documents, clients } = host.limits
      const most = waitingMessages + (info.isWhole ? documents * clients : 0)
      let waiting = 0
      // Before anything comes in: a session may end while it is being subscribed.
      subscriber.add(session.open)
      subscriber.add(host.ending$.subscribe(() => subscriber.complete()))
      subscriber.add(
        incoming
          .pipe(
            tap(() => {
              if (++waiting > most) session.end(tooMany(most))
            }),
            takeWhile(() => !subscriber.closed),
            concatMap((message) => (subscriber.closed ? EMPTY : session.take(message))),
            tap(() => waiting--),
          )
          .subscribe({ error: (error) => subscriber.error(error) }),
      )
    })

const tooMany = (most: number): Omit<ErrorMessage, 'type'> => ({
  code: 'too_many',
  message: `More than ${most} messages wait to be looked at (limits.waitingMessages): wait for answers.`,
})

class Session<C extends Context> {
  /** Everything that the session holds. */
  readonly open = new Subscription()
  readonly #host: Serving<C>
  readonly #info: SessionInfo
  readonly #out: Subscriber<ServerMessage>
  readonly #documents = new Map<string, OpenDocument<C>>()
  readonly #patience: Subscription
  #context: C | undefined

  constructor(host: Serving<C>, info: SessionInfo, out: Subscriber<ServerMessage>) {
    this.#host = host
    this.#info = info
    this.#out = out
    this.#patience = timer(host.limits.answerTime, host.environment.scheduler).subscribe(() =>
      this.end({ code: 'unavailable', message: `No hello within ${host.limits.answerTime} ms (limits.answerTime).` }),
    )
    this.open.add(this.#patience)
  }

  /** Takes one message; the next waits until this one is done. Never rejects. */
  async take(input: unknown): Promise<void> {
    const message = parseClientMessage(input, this.#host.limits)
    try {
      await this.#answer(message)
    } catch (error) {
      const about = aboutOf(message)
      if (hasCode(error)) this.#error({ code: error.code, message: error.message, ...about })
      else {
        this.#host.failed(error)
        this.#error({ code: 'unavailable', message: 'The host could not do this now: try again.', ...about })
      }
    }
  }

  /** Ends the session, with the reason if there is one. */
  end(error?: Omit<ErrorMessage, 'type'>): void {
    if (error) this.#error(error)
    this.#out.complete()
  }

  async #answer(message: ClientMessage | ErrorMessage): Promise<void> {
    if (message.type === 'error') return this.#out.next(message)
    if (message.type === 'hello') return this.#hello(message)
    const context = this.#context
    if (!context)
      return this.#error({ code: 'unauthenticated', message: 'A session begins with hello.', ...aboutOf(message) })
    switch (message.type) {
      case 'open':
        return this.#open(message, context)
      case 'close':
        return this.#close(message)
      case 'flush':
        return this.#flush(message)
    }
  }

  async #hello(hello: Hello): Promise<void> {
    if (this.#context) return this.#error({ code: 'invalid_message', message: 'hello was said already.' })
    if (hello.protocol !== protocolVersion) {
      return this.end({
        code: 'unsupported_version',
        message: `This host speaks protocol ${protocolVersion}: update the client.`,
      })
    }
    this.#patience.unsubscribe()
    try {
      this.#context = await this.#host.authenticate(hello, this.#info)
    } catch (error) {
      // Who was not looked at in time may come again; who was refused may not.
      if (hasCode(error, 'unavailable')) return this.end({ code: error.code, message: error.message })
      return this.end({ code: 'unauthenticated', message: 'The host does not know you: sign in again.' })
    }
    this.#out.next({ type: 'welcome', protocol: protocolVersion, features: [], limits: this.#host.limits })
  }

  async #open({ document: id, client, position }: Open, context: C): Promise<void> {
    const open = this.#documents.get(id) ?? (await this.#openFirst(id, context))
    if (!open) return
    const { clients } = this.#host.limits
    if (!open.has(client) && open.size >= clients) {
      throw new MillraceError('too_many', `A session names at most ${clients} clients of a document (limits.clients).`)
    }
    try {
      await open.open(client, position)
    } finally {
      if (open.size === 0) this.#forget(id, open)
    }
  }

  async #openFirst(id: string, context: C): Promise<OpenDocument<C> | undefined> {
    const { documents } = this.#host.limits
    if (this.#documents.size >= documents) {
      throw new MillraceError('too_many', `A session opens at most ${documents} documents (limits.documents).`)
    }
    const right = await this.#host.authorize(context, id)
    if (!right) throw new MillraceError('refused', `There is no '${id}' for you.`)
    const { turns, release } = await this.#host.acquire(id)
    if (this.open.closed) {
      release()
      return undefined
    }
    const open: OpenDocument<C> = new OpenDocument({
      turns,
      release,
      right,
      context,
      beforeFlush: (batch, asker) => this.#host.beforeFlush(batch, asker),
      out: this.#out,
      lost: () => this.#lose(id, open),
    })
    this.#documents.set(id, open)
    this.open.add(open.life)
    open.follow()
    return open
  }

  async #flush(flush: Flush): Promise<void> {
    const { document, client, after: seq } = flush
    const open = this.#documents.get(document)
    if (!open?.has(client))
      return this.#error({ code: 'not_open', message: `'${document}' is not open here.`, document, client, seq })
    const { waitingMessages } = this.#host.limits
    return open.flushes >= waitingMessages ? this.end(tooMany(waitingMessages)) : open.flush(flush)
  }

  #close({ document, client }: Close): void {
    const open = this.#documents.get(document)
    if (!open) return
    open.leave(client)
    if (open.size === 0) this.#forget(document, open)
  }

  #lose(id: string, open: OpenDocument<C>): void {
    this.#forget(id, open)
    this.#error({ code: 'unavailable', message: `'${id}' cannot be served now: try again.`, document: id })
  }

  #forget(id: string, open: OpenDocument<C>): void {
    if (this.#documents.get(id) === open) this.#documents.delete(id)
    this.open.remove(open.life)
    open.life.unsubscribe()
  }

  #error(error: Omit<ErrorMessage, 'type'>): void {
    this.#out.next({ type: 'error', ...error })
  }
}

function aboutOf(message: ClientMessage | ErrorMessage): { document?: string; client?: string; seq?: number } {
  if (message.type === 'hello' || message.type === 'error') return {}
  const { document, client } = message
  return message.type === 'flush' ? { document, client, seq: message.after } : { document, client }
}
