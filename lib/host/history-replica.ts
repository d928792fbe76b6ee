import {
  concat,
  defer,
  EMPTY,
  filter,
  firstValueFrom,
  from,
  ignoreElements,
  lastValueFrom,
  merge,
  type Observable,
  retry,
  Subject,
  Subscription,
  switchMap,
  take,
  takeWhile,
  throwError,
  timer,
} from 'rxjs'
import type { Batch, ClientRecord, History, Position } from '../contracts/history.ts'
import type { Context, DocumentKind } from '../documents.ts'
import type { Environment } from '../environment.ts'
import { hasCode, MillraceError, messageOf } from '../errors.ts'
import { idSource } from '../ids.ts'
import { initialMark } from '../protocol/fingerprint.ts'
import type { Limits } from '../protocol/limits.ts'
import type { Commands } from '../protocol/messages.ts'
import { Replica } from '../replica/replica.ts'
import { commandsOf, endOf, recordOf } from './batches.ts'
import type { Copy } from './lost-history.ts'
import { isPassing, whenToAskAgain } from './patience.ts'
import { Records } from './records.ts'
import type { Turn } from './turn.ts'

/** A batch that is in the history, and the one message that tells it to everybody. */
export interface Published {
  readonly batch: Batch
  readonly follows: Position
  readonly position: Position
  readonly record: ClientRecord
  readonly message: Commands
  /** The flush that it was made of, where that waited here. */
  readonly turn?: Turn<Context>
}

/** What is needed to serve one document. */
export interface Served<T extends object, C extends Context> {
  readonly id: string
  readonly kind: DocumentKind<T, C>
  readonly history: History
  readonly environment: Environment
  readonly limits: Limits
  /** Told what happens that no session hears of. */
  readonly report: (event: {
    readonly type: 'save_failed' | 'append_unknown' | 'history_unavailable'
    readonly document: string
    readonly reason: string
  }) => void
}

const rememberedMarks = 1_000
/** Milliseconds after which a head that was told and does not come is asked for again. */
const lookAgain = 1_000

/**
 * A replica of a history. What comes out of the history is all that is ever confirmed or published, own batches like
 * those of other hosts: so nothing is shown that is not durable (invariants 3 and 10), and a host that is behind is
 * behind and not wrong.
 */
export abstract class HistoryReplica<T extends object, C extends Context> {
  readonly id: string
  readonly replica: Replica
  /** Each batch as the history has it, in order. Errors when the document can no longer be served; never completes. */
  readonly published$: Observable<Published>
  protected readonly served: Served<T, C>
  protected readonly records = new Records()
  /** What the history begins with, until it has begun. */
  protected initial: T | undefined
  /** Batches since the last snapshot, each counting as many as it has commands, and at least one. */
  protected unsaved = 0
  protected failure: unknown
  protected isClosing = false
  readonly #published = new Subject<Published>()
  readonly #marks = new Set<string>()
  readonly #reading = new Subscription()
  #position: Position

  protected constructor(served: Served<T, C>, loaded: Awaited<ReturnType<History['load']>>) {
    const { id, kind, environment } = served
    this.id = id
    this.served = served
    this.published$ = this.#published.asObservable()
    this.#position = loaded?.position ?? { count: 0, mark: initialMark(kind.initial) }
    this.initial = loaded ? undefined : kind.initial
    this.replica = new Replica(
      loaded?.snapshot ?? { commandCount: 0, document: kind.initial },
      idSource(false, environment),
    )
  }

  /** Brings a batch into the replica. @returns the flush that it was made of, where that waited here, and who wants to know */
  protected abstract meet(batch: Batch): { readonly turn?: Turn<C>; readonly told?: () => void }

  /** The document can no longer be served. */
  protected abstract ended(error: unknown): void

  /** Begins to read, and again from where it stands whenever the history could not be reached. */
  protected follow(): void {
    const { history } = this.served
    let isFirst = true
    const read$ = defer(() => {
      const head$ = isFirst ? [undefined] : this.#askHead('', '')
      isFirst = false
      // Where nothing is left a reader waits, so the head was asked for.
      return from(head$).pipe(switchMap(() => history.read(this.#position)))
    })
    const ended = new MillraceError('unavailable', `The history of '${this.id}' ended.`)
    this.#reading.add(
      concat(
        read$,
        throwError(() => ended),
      )
        .pipe(retry({ delay: (error, failures) => this.#whenBack(error, failures), resetOnSuccess: true }))
        .subscribe({ next: (batch) => this.#arrived(batch), error: (error) => this.fail(error) }),
    )
  }

  /** Asks a history until it answers. Rejects with what asking again cannot change, and once the document is closed. */
  protected async untilAnswered<R>(ask: () => Promise<R>): Promise<R> {
    for (let failures = 1; ; failures++) {
      try {
        return await ask()
      } catch (error) {
        await lastValueFrom(this.#whenBack(error, failures), { defaultValue: undefined })
      }
    }
  }

  /** When to ask again after so many failures; errors where that cannot help, or does no more. */
  #whenBack(error: unknown, failures: number): Observable<unknown> {
    const { environment, report } = this.served
    if (this.failure || this.isClosing || !isPassing(error)) return throwError(() => error)
    if (failures === 1) report({ type: 'history_unavailable', document: this.id, reason: messageOf(error) })
    return merge(whenToAskAgain(failures, environment), this.#published.pipe(ignoreElements())).pipe(take(1))
  }

  /** Whether anything was ever appended, as far as is known here. */
  get hasBegun(): boolean {
    return this.initial === undefined
  }

  /** The confirmed position. */
  get position(): Position {
    return this.#position
  }

  /** What is confirmed here. */
  get copy(): Copy {
    return { position: this.#position, document: this.replica.exposeConfirmed() }
  }

  /** What is known of a client, as of a position that has been reached here. */
  async record(client: string, by: string): Promise<ClientRecord | undefined> {
    const known = this.records.get(client, by)
    return known === undefined ? this.lookUp(client, by) : (known ?? undefined)
  }

  /** A client has gone, and its record need not be at hand. */
  forget(client: string, by: string): void {
    this.records.forget(client, by)
  }

  /** The same as of this very moment; `undefined` where it must be asked for. */
  recordNow(client: string, by: string): ClientRecord | null | undefined {
    return this.records.get(client, by)
  }

  /**
   * The batches from a position up to `upTo`, which has been reached here. Errors as the history's `read` does: with
   * `regressed` where the position is not held, with `history_trimmed` where the batches are gone.
   */
  between(position: Position, upTo: Position): Observable<Batch> {
    if (position.mark === upTo.mark) return EMPTY
    // A history that has not begun holds no position, and would be waited for.
    if (this.initial) return throwError(() => this.lost())
    return this.served.history.read(position).pipe(takeWhile(({ mark }) => mark !== upTo.mark, true))
  }

  /** Reaches at least what the history holds now. */
  async catchUp(): Promise<void> {
    await this.#atHead('', '')
  }

  /** Asks the history what it knows of a client, and reaches that. */
  protected async lookUp(client: string, by: string): Promise<ClientRecord | undefined> {
    return this.records.learn(client, by, await this.#atHead(client, by))
  }

  /** Asks the head, and waits until it is reached here: what it says is told only then. */
  async #atHead(client: string, by: string): Promise<ClientRecord | undefined> {
    const { record, head } = await this.#askHead(client, by)
    if (head) await this.reached(head)
    return record
  }

  /** Fails the document where its history has gone, or gone back. */
  async #askHead(client: string, by: string): ReturnType<History['record']> {
    const { count } = this.#position
    const { hasBegun } = this
    const answer = await this.served.history.record(client, by)
    if (answer.head ? answer.head.count < count : hasBegun) {
      const lost = this.lost()
      this.fail(lost)
      throw lost
    }
    return answer
  }

  /** Whether a batch of this mark came out of the history, not long ago. */
  protected hasMet(mark: string): boolean {
    return this.#position.mark === mark || this.#marks.has(mark)
  }

  protected async reached(head: Position): Promise<void> {
    let aim = head
    const isReached = () => this.hasMet(aim.mark) || this.#position.count > aim.count
    for (;;) {
      if (this.failure) throw this.failure
      if (isReached()) return
      const { scheduler } = this.served.environment
      await firstValueFrom(merge(this.#published.pipe(filter(isReached)), timer(lookAgain, scheduler)))
      // What was told may be lost before it is read, and then it never comes.
      const asked = isReached() ? undefined : await this.#askHead('', '').catch(() => undefined)
      if (asked && !asked.head && !this.hasBegun) return
      aim = asked?.head ?? aim
    }
  }

  /** Keeps a snapshot of what is confirmed. */
  protected async save(): Promise<void> {
    this.unsaved = 0
    try {
      const result = await this.served.history.save(
        this.#position,
        this.replica.exposeConfirmed(),
        this.served.kind.retention,
      )
      if (result === 'regressed') this.fail(this.lost())
    } catch (error) {
      this.served.report({ type: 'save_failed', document: this.id, reason: messageOf(error) })
    }
  }

  protected lost(): MillraceError {
    return new MillraceError(
      'regressed',
      `The history of '${this.id}' no longer holds what this host has (${this.#position.count}).`,
    )
  }

  protected fail(cause: unknown): void {
    if (this.failure) return
    // Another host began the history first, with another document: this one is opened anew.
    const isLate = !this.hasBegun && hasCode(cause, 'regressed')
    const error = isLate ? new MillraceError('unavailable', `'${this.id}' was begun elsewhere.`) : cause
    this.failure = error
    this.#reading.unsubscribe()
    this.ended(error)
    this.#published.error(error)
  }

  #arrived(batch: Batch): void {
    const follows = this.#position
    if (batch.follows !== follows.mark || batch.from !== follows.count) return this.fail(this.lost())
    let met: ReturnType<typeof this.meet>
    try {
      met = this.meet(batch)
    } catch (error) {
      return this.fail(error)
    }
    const record = recordOf(batch)
    this.#position = endOf(batch)
    this.initial = undefined
    // Empty batches fill a history too.
    this.unsaved += Math.max(1, batch.completions.length)
    this.#marks.add(batch.mark)
    if (this.#marks.size > rememberedMarks) this.#marks.delete(this.#marks.values().next().value as string)
    this.records.note(batch.client, batch.by, record)
    const { turn, told } = met
    const message = commandsOf(this.id, batch)
    this.#published.next({ batch, follows, position: this.#position, record, message, ...(turn && { turn }) })
    told?.()
  }
}
