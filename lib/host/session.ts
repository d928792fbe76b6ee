import { concatMap, EMPTY, Observable, type Subscriber, Subscription, takeWhile, tap, timer } from 'rxjs'
import type { ClientRecord, Position } from '../contracts/history.ts'
import type { SessionInfo } from '../contracts/transport.ts'
import type { Context } from '../documents.ts'
import type { Environment } from '../environment.ts'
import { type ErrorCode, hasCode, MillraceError } from '../errors.ts'
import type { CompletionBatch } from '../flushout.ts'
import type { Limits } from '../protocol/limits.ts'
import {
  type ClientMessage,
  type Close,
  type ErrorMessage,
  type Flush,
  type Hello,
  type KnownRecord,
  type Open,
  protocolVersion,
  type ServerMessage,
} from '../protocol/messages.ts'
import { parseClientMessage } from '../protocol/parse.ts'
import { commandsOf } from './batches.ts'
import type { Published } from './history-replica.ts'
import type { Answer } from './turn.ts'
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
  beforeFlush(batch: CompletionBatch & { readonly document: string }, context: C): Promise<C>
  /** Holds a document open until `release`. */
  acquire(id: string): Promise<{ readonly turns: Turns<object, C>; readonly release: () => void }>
  readonly failed: (error: unknown) => void
}

/** A document that is open in a session, for one client or several. */
interface OpenDocument<C extends Context> {
  readonly turns: Turns<object, C>
  readonly clients: Set<string>
  readonly right: 'write' | 'read'
  readonly following: Subscription
  /** Flushes of this session that wait for their answer. */
  readonly underWay: Set<object>
  /** What happens while an opening is under way waits behind it. */
  waiting: Published[] | undefined
}

/** One conversation: what a client says comes in, unchecked; what it is told goes out. */
export const sessionOf =
  <C extends Context>(host: Serving<C>, info: SessionInfo) =>
  (incoming: Observable<unknown>): Observable<ServerMessage> =>
    new Observable((subscriber) => {
      const session = new Session(host, info, subscriber)
      let waiting = 0
      // Before anything comes in: a session may end while it is being subscribed.
      subscriber.add(session.open)
      subscriber.add(host.ending$.subscribe(() => subscriber.complete()))
      subscriber.add(
        incoming
          .pipe(
            tap(() => {
              if (++waiting > host.limits.waitingMessages) session.end(tooMany(host.limits.waitingMessages))
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
        return this.#close(message, context)
      case 'flush':
        return this.#flush(message, context)
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
    if (!open.clients.has(client) && open.clients.size >= clients) {
      throw new MillraceError('too_many', `A session names at most ${clients} clients of a document (limits.clients).`)
    }
    open.clients.add(client)
    open.waiting = []
    try {
      await this.#bringUp(open, client, context, position)
    } catch (error) {
      // It stands nowhere, so that nothing may follow: a record would pass for the one that it waits for.
      this.#close({ type: 'close', document: id, client }, context)
      throw error
    } finally {
      const { waiting } = open
      open.waiting = undefined
      if (this.#documents.get(id) === open) for (const published of waiting ?? []) this.#tell(open, published, context)
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
    const clients = new Set<string>()
    const following = new Subscription(() => {
      for (const client of clients) turns.forget(client, context.subject)
      release()
    })
    const open: OpenDocument<C> = {
      turns,
      clients,
      right,
      following,
      underWay: new Set(),
      waiting: undefined,
    }
    this.#documents.set(id, open)
    this.open.add(following)
    following.add(
      turns.published$.subscribe({
        next: (published) => (open.waiting ? open.waiting.push(published) : this.#tell(open, published, context)),
        error: () => this.#lose(id, open),
      }),
    )
    return open
  }

  /** Sends the client's record, and what brings it from its position to this host's. */
  async #bringUp(open: OpenDocument<C>, client: string, { subject }: C, held: Position | undefined): Promise<void> {
    const { turns } = open
    // A host that is behind finds out before it judges what a client holds.
    if (held && held.mark !== turns.position.mark && held.count >= turns.position.count) await turns.catchUp()
    const upTo = await this.#sendRecord(open, client, subject)
    if (held?.mark === upTo.mark) return
    let regressed = false
    if (held) {
      const failure = await this.#sendPast(turns, held, upTo)
      if (!failure) return
      regressed = held.count > 0 && hasCode(failure, 'regressed')
      // What is passed over now is part of the snapshot, and so must be of the record.
      await this.#sendRecord(open, client, subject)
    }
    this.#out.next({
      type: 'snapshot',
      document: turns.id,
      client,
      position: turns.position,
      state: turns.replica.exposeConfirmed(),
      ...(regressed && { regressed }),
    })
  }

  /** Sends the client's record as of the position that is here now. @returns the position */
  async #sendRecord(open: OpenDocument<C>, client: string, by: string): Promise<Position> {
    const { turns } = open
    const asked = await turns.record(client, by)
    // A batch may have come in the turn that the answer took.
    const record = turns.recordNow(client, by) ?? asked
    this.#passOver(open)
    this.#flushed(open, client, turns.position, record)
    return turns.position
  }

  /** What waits is part of what is sent now; another client of the session may lack it all the same. */
  #passOver(open: OpenDocument<C>): void {
    if (open.clients.size === 1) open.waiting = []
  }

  /** @returns why the past from there cannot be sent, if so */
  #sendPast(turns: Turns<object, C>, held: Position, upTo: Position): Promise<unknown> {
    return new Promise((resolve) => {
      const reading = turns.between(held, upTo).subscribe({
        next: (batch) => this.#out.next(commandsOf(turns.id, batch)),
        error: resolve,
        complete: () => resolve(undefined),
      })
      this.open.add(reading)
      reading.add(() => {
        this.open.remove(reading)
        resolve(undefined)
      })
    })
  }

  #tell(open: OpenDocument<C>, { batch, follows, position, record, message, turn }: Published, { subject }: C): void {
    const isOwn = batch.by === subject && open.clients.has(batch.client)
    // What another session sent in the client's name need not be what this one has.
    if (isOwn && open.clients.size === 1 && turn && open.underWay.has(turn)) {
      this.#out.next({
        type: 'flushed',
        document: open.turns.id,
        client: batch.client,
        position,
        follows,
        record: known(record),
      })
      return
    }
    if (isOwn) this.#flushed(open, batch.client, position, record)
    this.#out.next(message)
  }

  #flushed(open: OpenDocument<C>, client: string, position: Position, record: ClientRecord | undefined): void {
    this.#out.next({
      type: 'flushed',
      document: open.turns.id,
      client,
      position,
      record: record ? { ...known(record), hash: record.hashes.at(-1) } : null,
    })
  }

  async #flush({ document, client, after, from, completions }: Flush, context: C): Promise<void> {
    const open = this.#documents.get(document)
    const about = { document, client, seq: after }
    if (!open?.clients.has(client))
      return this.#error({ code: 'not_open', message: `'${document}' is not open here.`, ...about })
    const { waitingMessages } = this.#host.limits
    if (open.underWay.size >= waitingMessages) return this.end(tooMany(waitingMessages))
    let enriched = context
    let refusal: { code: string; reason: string } | undefined
    if (open.right === 'write') {
      try {
        enriched = await this.#host.beforeFlush({ document, from: from.count, completions: [...completions] }, context)
      } catch (error) {
        // Who did not answer in time has not said no.
        if (hasCode(error, 'unavailable')) throw error
        refusal = { code: 'rejected', reason: error instanceof Error ? error.message : String(error) }
      }
    } else refusal = { code: 'forbidden', reason: `You may read '${document}', not change it.` }
    const by = context.subject
    const turn = { client, by, context: enriched, after, sentFrom: from, completions, ...(refusal && { refusal }) }
    open.underWay.add(turn)
    // Not awaited: the next flush may join the same append.
    open.turns
      .submit(turn)
      .then(
        (answer) => this.#answered(open, about, by, answer),
        (error) =>
          this.#error({ code: hasCode(error) ? error.code : 'unavailable', message: messageOf(error), ...about }),
      )
      .finally(() => open.underWay.delete(turn))
  }

  /** What was taken has been told by the batch itself. */
  #answered(
    open: OpenDocument<C>,
    about: { document: string; client: string; seq: number },
    by: string,
    answer: Answer,
  ): void {
    if (answer.type === 'taken' || this.open.closed) return
    const record = open.turns.recordNow(about.client, by) ?? answer.record
    if (answer.type === 'seen') return this.#flushed(open, about.client, open.turns.position, record)
    const message = {
      gap: `Commands are missing between ${record?.seq ?? 0} and ${about.seq + 1}.`,
      conflict: 'Other commands were taken under these numbers.',
      expired: 'It is no longer known whether these commands were taken: the record of them is gone.',
    }
    this.#error({ code: answer.type, message: message[answer.type], ...about, record: record ? known(record) : null })
  }

  #close({ document, client }: Close, context: C): void {
    const open = this.#documents.get(document)
    if (!open?.clients.has(client)) return
    if (open.clients.size === 1) return this.#forget(document, open)
    open.clients.delete(client)
    open.turns.forget(client, context.subject)
  }

  #lose(id: string, open: OpenDocument<C>): void {
    this.#forget(id, open)
    this.#error({ code: 'unavailable', message: `'${id}' cannot be served now: try again.`, document: id })
  }

  #forget(id: string, open: OpenDocument<C>): void {
    this.#documents.delete(id)
    this.open.remove(open.following)
    open.following.unsubscribe()
  }

  #error(error: Omit<ErrorMessage, 'type'>): void {
    this.#out.next({ type: 'error', ...error })
  }
}

function known({ seq, first, position, outcome }: ClientRecord): KnownRecord {
  return { seq, first, position, outcome }
}

function aboutOf(message: ClientMessage | ErrorMessage): { document?: string; client?: string; seq?: number } {
  if (message.type === 'hello' || message.type === 'error') return {}
  const { document, client } = message
  return message.type === 'flush' ? { document, client, seq: message.after } : { document, client }
}

const messageOf = (error: unknown): string =>
  hasCode(error as { code?: ErrorCode }) ? (error as Error).message : 'The host could not take this now.'
