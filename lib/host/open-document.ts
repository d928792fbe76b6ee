import { type Subscriber, Subscription } from 'rxjs'
import type { ClientRecord, Position } from '../contracts/history.ts'
import type { Context } from '../documents.ts'
import { hasCode, type MillraceError } from '../errors.ts'
import type { CompletionBatch } from '../flushout.ts'
import type { ErrorMessage, Flush, KnownRecord, ServerMessage } from '../protocol/messages.ts'
import { commandsOf } from './batches.ts'
import type { Published } from './history-replica.ts'
import type { Answer } from './turn.ts'
import type { Turns } from './turns.ts'

/** Asked before a flush is judged: what the interceptors are told, or why nothing of it is taken. */
export type BeforeFlush<C> = (batch: CompletionBatch & { readonly document: string }, context: C) => Promise<C>

/** What is needed to speak of one document in a session. */
export interface Spoken<C extends Context> {
  readonly turns: Turns<object, C>
  readonly release: () => void
  readonly right: 'write' | 'read'
  readonly context: C
  readonly beforeFlush: BeforeFlush<C>
  readonly out: Subscriber<ServerMessage>
  /** It can no longer be served. */
  readonly lost: () => void
}

/** A document that is open in a session, for one client or several: what they are told of it, and what they flush. */
export class OpenDocument<C extends Context> {
  /** Everything that it holds. */
  readonly life: Subscription
  readonly #spoken: Spoken<C>
  readonly #clients = new Set<string>()
  /** Flushes of this session that wait for their answer. */
  readonly #underWay = new Set<object>()
  /** What happens while an opening is under way waits behind it. */
  #waiting: Published[] | undefined

  constructor(spoken: Spoken<C>) {
    this.#spoken = spoken
    this.life = new Subscription(() => {
      for (const client of [...this.#clients]) this.leave(client)
      spoken.release()
    })
  }

  /** Tells from now on what happens to it. It may be lost at once. */
  follow(): void {
    const { turns, lost } = this.#spoken
    this.life.add(
      turns.published$.subscribe({
        next: (published) => (this.#waiting ? this.#waiting.push(published) : this.#tell(published)),
        error: lost,
      }),
    )
  }

  /** How many clients it is open for. */
  get size(): number {
    return this.#clients.size
  }

  /** How many flushes wait for their answer. */
  get flushes(): number {
    return this.#underWay.size
  }

  has(client: string): boolean {
    return this.#clients.has(client)
  }

  /** Opens it for a client, which holds a position or nothing. Where that fails, it is not open for that client. */
  async open(client: string, held: Position | undefined): Promise<void> {
    this.#clients.add(client)
    this.#waiting = []
    try {
      await this.#bringUp(client, held)
    } catch (error) {
      // It stands nowhere, so that nothing may follow: a record would pass for the one that it waits for.
      this.leave(client)
      throw error
    } finally {
      const waiting = this.#waiting
      this.#waiting = undefined
      if (this.size > 0) for (const published of waiting) this.#tell(published)
    }
  }

  leave(client: string): void {
    const { turns, context } = this.#spoken
    if (this.#clients.delete(client)) turns.forget(client, context.subject)
  }

  /** Takes a flush; what becomes of it is told when that is known. Rejects where the host cannot look at it now. */
  async flush({ document, client, after, from, completions }: Flush): Promise<void> {
    const { turns, right, context, beforeFlush } = this.#spoken
    const about = { document, client, seq: after }
    const by = context.subject
    let enriched = context
    let refusal: { code: string; reason: string } | undefined
    if (right === 'write') {
      try {
        enriched = await beforeFlush({ document, from: from.count, completions: [...completions] }, context)
      } catch (error) {
        // Who did not answer in time has not said no.
        if (hasCode(error, 'unavailable')) throw error
        refusal = { code: 'rejected', reason: error instanceof Error ? error.message : String(error) }
      }
    } else refusal = { code: 'forbidden', reason: `You may read '${document}', not change it.` }
    const turn = { client, by, context: enriched, after, sentFrom: from, completions, ...(refusal && { refusal }) }
    this.#underWay.add(turn)
    // Not awaited: the next flush may join the same append.
    turns
      .submit(turn)
      .then(
        (answer) => this.#answered(about, answer),
        (error) => this.#error({ ...failureOf(error), ...about }),
      )
      .finally(() => this.#underWay.delete(turn))
  }

  /** Sends the client's record, and what brings it from its position to this host's. */
  async #bringUp(client: string, held: Position | undefined): Promise<void> {
    const { turns, out } = this.#spoken
    // A host that is behind finds out before it judges what a client holds.
    if (held && held.mark !== turns.position.mark && held.count >= turns.position.count) await turns.catchUp()
    const upTo = await this.#sendRecord(client)
    if (held?.mark === upTo.mark) return
    let regressed = false
    if (held) {
      const failure = await this.#sendPast(held, upTo)
      if (!failure) return
      regressed = held.count > 0 && hasCode(failure, 'regressed')
      // What is passed over now is part of the snapshot, and so must be of the record.
      await this.#sendRecord(client)
    }
    out.next({
      type: 'snapshot',
      document: turns.id,
      client,
      position: turns.position,
      state: turns.replica.exposeConfirmed(),
      ...(regressed && { regressed }),
    })
  }

  /** Sends the client's record as of the position that is here now. @returns the position */
  async #sendRecord(client: string): Promise<Position> {
    const { turns, context } = this.#spoken
    const asked = await turns.record(client, context.subject)
    // A batch may have come in the turn that the answer took.
    const record = turns.recordNow(client, context.subject) ?? asked
    // What waits is part of what is sent now; another client of the session may lack it all the same.
    if (this.size === 1) this.#waiting = []
    this.#flushed(client, turns.position, record)
    return turns.position
  }

  /** @returns why the past from there cannot be sent, if so */
  #sendPast(held: Position, upTo: Position): Promise<unknown> {
    const { turns, out } = this.#spoken
    return new Promise((resolve) => {
      const reading = turns.between(held, upTo).subscribe({
        next: (batch) => out.next(commandsOf(turns.id, batch)),
        error: resolve,
        complete: () => resolve(undefined),
      })
      this.life.add(reading)
      reading.add(() => {
        this.life.remove(reading)
        resolve(undefined)
      })
    })
  }

  #tell({ batch, follows, position, record, message, turn }: Published): void {
    const { turns, context, out } = this.#spoken
    const { client } = batch
    const isOwn = batch.by === context.subject && this.#clients.has(client)
    // What another session sent in the client's name need not be what this one has.
    if (isOwn && this.size === 1 && turn && this.#underWay.has(turn)) {
      out.next({ type: 'flushed', document: turns.id, client, position, follows, record: known(record) })
      return
    }
    if (isOwn) this.#flushed(client, position, record)
    out.next(message)
  }

  #flushed(client: string, position: Position, record: ClientRecord | undefined): void {
    const { turns, out } = this.#spoken
    out.next({
      type: 'flushed',
      document: turns.id,
      client,
      position,
      record: record ? { ...known(record), hash: record.hashes.at(-1) } : null,
    })
  }

  /** What was taken has been told by the batch itself. */
  #answered(about: { document: string; client: string; seq: number }, answer: Answer): void {
    const { turns, context, out } = this.#spoken
    if (answer.type === 'taken' || out.closed) return
    const record = turns.recordNow(about.client, context.subject) ?? answer.record
    if (answer.type === 'seen') return this.#flushed(about.client, turns.position, record)
    const message = {
      gap: `Commands are missing between ${record?.seq ?? 0} and ${about.seq + 1}.`,
      conflict: 'Other commands were taken under these numbers.',
      expired: 'It is no longer known whether these commands were taken: the record of them is gone.',
    }
    this.#error({ code: answer.type, message: message[answer.type], ...about, record: record ? known(record) : null })
  }

  #error(error: Omit<ErrorMessage, 'type'>): void {
    this.#spoken.out.next({ type: 'error', ...error })
  }
}

const known = ({ seq, first, position, outcome }: ClientRecord): KnownRecord => ({ seq, first, position, outcome })

const failureOf = (error: unknown): Pick<MillraceError, 'code' | 'message'> =>
  hasCode(error)
    ? { code: error.code, message: error.message }
    : { code: 'unavailable', message: 'The host could not take this now.' }
