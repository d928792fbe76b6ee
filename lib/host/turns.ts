import {
  EMPTY,
  filter,
  firstValueFrom,
  type Observable,
  Subject,
  type Subscription,
  takeWhile,
  throwError,
  timer,
} from 'rxjs'
import type { AppendResult, Batch, ClientRecord, History, Position } from '../contracts/history.ts'
import type { KeptCommand } from '../document/actions/action.ts'
import { actionOf } from '../document/actions/index.ts'
import { root } from '../document/path.ts'
import type { Completed } from '../document/replay.ts'
import type { Context, DocumentKind } from '../documents.ts'
import type { Environment } from '../environment.ts'
import { hasCode, MillraceError } from '../errors.ts'
import type { CommandCompletion } from '../flushout.ts'
import { idSource } from '../ids.ts'
import { type Judged, judge } from '../judge.ts'
import { byteLength, fingerprint, initialMark } from '../protocol/fingerprint.ts'
import type { Limits } from '../protocol/limits.ts'
import type { Commands } from '../protocol/messages.ts'
import { Replica } from '../replica/replica.ts'
import { cutBy } from './cut.ts'
import { Records, recordKey } from './records.ts'

/** A flush on its way into the history. */
export interface Turn<C extends Context> {
  readonly client: string
  /** The subject that sends it. */
  readonly by: string
  /** What the interceptors are told. */
  readonly context: C
  /** The seq that it follows; without one, whatever came before it from this client. */
  readonly after?: number
  readonly completions: readonly CommandCompletion[]
  /** Why nothing of it may be taken, if so; what was taken before is answered all the same. */
  readonly refusal?: { readonly code: string; readonly reason: string }
}

/** What became of a flush. What was taken is published before this is told. */
export type Answer =
  | { readonly type: 'taken'; readonly judged: Judged; readonly batch: Batch }
  | { readonly type: 'seen' | 'gap' | 'conflict'; readonly record: ClientRecord | undefined }

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

/** A flush that has its size and the names of its commands. */
export interface Weighed {
  readonly hashes: readonly string[]
  readonly bytes: number
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
    readonly type: 'save_failed' | 'append_unknown'
    readonly document: string
    readonly reason: string
  }) => void
}

interface Waiting<C extends Context> extends Weighed {
  readonly turn: Turn<C>
  /** The seq that it follows, once that is known. */
  after: number | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** A flush in the append that is under way; its commands are pending in the replica. */
interface Entry<C extends Context> {
  readonly waiting: Waiting<C>
  readonly batch: Batch
  readonly judged: Judged
}

type Known = ClientRecord | undefined

const rememberedMarks = 1_000
const commandsPerSnapshot = 1_000
const firstRetry = 50
const lastRetry = 5_000

/**
 * The Master's side of one document. Flushes wait here, are judged in groups, appended, and published when the history
 * has them. What comes out of the history is all that is ever confirmed or published, own batches like those of other
 * hosts: so nothing is shown that is not durable (invariants 3 and 10), and an append whose outcome is unknown needs no
 * special case.
 */
export class Turns<T extends object = object, C extends Context = Context> {
  readonly id: string
  readonly replica: Replica
  /** Each batch as the history has it, in order. Errors when the document can no longer be served; never completes. */
  readonly published$: Observable<Published>
  readonly #published = new Subject<Published>()
  readonly #served: Served<T, C>
  readonly #limits: Limits
  readonly #records = new Records()
  readonly #marks = new Set<string>()
  readonly #reading: Subscription
  #position: Position
  /** What the history begins with, until it has begun. */
  #initial: T | undefined
  #queue: Waiting<C>[] = []
  #group: Entry<C>[] = []
  /** By their marks, those of an append that failed and may have happened, or may still happen. */
  readonly #doubtful = new Map<string, Entry<C>>()
  #running: Promise<void> | undefined
  /** The document's size: measured, or counted on since, which is never less. */
  #bytes: number
  #isMeasured = true
  #unsaved = 0
  #isClosing = false
  #failure: unknown

  /** Loads a document from its history, or begins with its kind's initial one. */
  static async open<T extends object, C extends Context>(served: Served<T, C>): Promise<Turns<T, C>> {
    return new Turns(served, await served.history.load())
  }

  private constructor(served: Served<T, C>, loaded: Awaited<ReturnType<History['load']>>) {
    const { id, kind, history, environment, limits } = served
    this.id = id
    this.#served = served
    this.#limits = { ...limits, ...kind.limits }
    this.published$ = this.#published.asObservable()
    const state = loaded?.snapshot ?? { commandCount: 0, document: kind.initial }
    this.#position = loaded?.position ?? { count: 0, mark: initialMark(kind.initial) }
    this.#initial = loaded ? undefined : kind.initial
    this.#bytes = byteLength(JSON.stringify(state.document))
    this.replica = new Replica(state, idSource(false, environment))
    this.#reading = history.read(this.#position).subscribe({
      next: (batch) => this.#arrived(batch),
      error: (error) => this.#fail(error),
      complete: () => this.#fail(new MillraceError('unavailable', `The history of '${id}' ended.`)),
    })
  }

  /** Whether anything was ever appended, as far as is known here. */
  get hasBegun(): boolean {
    return this.#initial === undefined
  }

  /** The confirmed position. */
  get position(): Position {
    return this.#position
  }

  /** Throws where a flush is more than this host takes. */
  weigh(completions: readonly CommandCompletion[]): Weighed {
    const texts = completions.map(textOf)
    const bytes = texts.reduce((sum, text) => sum + byteLength(text), 0)
    if (bytes > this.#limits.flushBytes) throw tooLarge(bytes, this.#limits.flushBytes)
    return { hashes: texts.map(fingerprint), bytes }
  }

  /** Takes a flush; answers when the history has it, or when it is known that it will not. */
  submit(turn: Turn<C>, { hashes, bytes }: Weighed = this.weigh(turn.completions)): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure || this.#isClosing) return reject(this.#failure ?? this.#closed())
      this.#queue.push({ turn, after: turn.after, hashes, bytes, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** What is known of a client, as of a position that has been reached here. */
  async record(client: string, by: string): Promise<ClientRecord | undefined> {
    const known = this.#records.get(client, by)
    return known === undefined ? this.#lookUp(client, by) : (known ?? undefined)
  }

  /** The same as of this very moment; `undefined` where it must be asked for. */
  recordNow(client: string, by: string): ClientRecord | null | undefined {
    return this.#records.get(client, by)
  }

  /**
   * The batches from a position up to `upTo`, which has been reached here. Errors as the history's `read` does: with
   * `regressed` where the position is not held, with `history_trimmed` where the batches are gone.
   */
  between(position: Position, upTo: Position): Observable<Batch> {
    if (position.mark === upTo.mark) return EMPTY
    // A history that has not begun holds no position, and would be waited for.
    if (this.#initial) return throwError(() => this.#lost())
    return this.#served.history.read(position).pipe(takeWhile(({ mark }) => mark !== upTo.mark, true))
  }

  /** Reaches at least what the history holds now. */
  async catchUp(): Promise<void> {
    await this.#atHead('', '')
  }

  /** Finishes what is under way, keeps a snapshot and stops. A history that does not answer is not waited for. */
  async close(): Promise<void> {
    this.#isClosing = true
    while (this.#running) await this.#running
    if (!this.#failure && this.#unsaved > 0) await this.#save()
    this.#fail(this.#closed())
  }

  async #run(): Promise<void> {
    try {
      let again: Waiting<C>[] = []
      for (let attempt = 0; again.length + this.#queue.length > 0; attempt++) {
        const group = again.concat(this.#queue)
        this.#queue = []
        again = await this.#turn(group, attempt)
        if (again.length === 0) attempt = 0
        if (this.#unsaved >= commandsPerSnapshot) await this.#save()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#running = undefined
    }
  }

  /** One append. @returns the flushes that must go again */
  async #turn(group: readonly Waiting<C>[], attempt: number): Promise<Waiting<C>[]> {
    const known = await this.#recordsOf(group)
    // From here to the append nothing waits: what is judged is judged on the confirmed document.
    const again: Waiting<C>[] = []
    for (const waiting of group) if (!this.#judge(waiting, known)) again.push(waiting)
    if (this.#group.length === 0) return again
    const entries = [...this.#group]
    const retry = () => [...this.#undoGroup(entries), ...again]
    const position = this.#position
    let result: AppendResult
    try {
      result = await this.#served.history.append(
        position,
        entries.map(({ batch }) => batch),
        this.#initial,
      )
    } catch (error) {
      for (const entry of entries) this.#doubtful.set(entry.batch.mark, entry)
      this.#undoGroup(entries)
      await this.#findOut(error)
      return retry()
    }
    switch (result.type) {
      case 'appended':
        await this.#reached(endOf((entries[entries.length - 1] as Entry<C>).batch))
        return again
      case 'not_at_head': {
        const waiting = retry()
        if (result.head) await this.#reached(result.head)
        // Where nothing came first, the history has gone back.
        if (this.#position.mark === position.mark) throw this.#lost()
        await this.#pause(this.#served.environment.random() * Math.min(2 ** attempt, 50))
        return waiting
      }
      case 'refused':
        result.verdicts.forEach(({ record }, i) => {
          const { client, by } = (entries[i] as Entry<C>).batch
          this.#records.learn(client, by, record)
        })
        return retry()
    }
  }

  async #recordsOf(group: readonly Waiting<C>[]): Promise<Map<string, Known>> {
    const known = new Map<string, Known>()
    for (const { turn } of group) {
      const { client, by, after = 0 } = turn
      const key = recordKey(client, by)
      if (known.has(key)) continue
      const record = await this.record(client, by)
      // Only the head knows that something is missing.
      known.set(key, after > (record?.seq ?? 0) ? await this.#lookUp(client, by) : record)
    }
    // Others' batches may have come while this waited.
    for (const { turn } of group) {
      const now = this.#records.get(turn.client, turn.by)
      if (now) known.set(recordKey(turn.client, turn.by), now)
    }
    return known
  }

  /** Judges a flush into the group, or answers it. @returns whether that is settled for this turn */
  #judge(waiting: Waiting<C>, known: Map<string, Known>): boolean {
    const { turn, hashes } = waiting
    const key = recordKey(turn.client, turn.by)
    const record = known.get(key)
    waiting.after ??= record?.seq ?? 0
    const cut = cutBy(record, waiting.after, hashes)
    if (cut.type !== 'fits') {
      // Measured by a batch of this very group, which is not in the history yet.
      if (this.#group.some(({ batch }) => recordKey(batch.client, batch.by) === key)) return false
      waiting.resolve({ type: cut.type, record })
      return true
    }
    const after = waiting.after + cut.skip
    const judged = judge(this.replica, {
      completions: turn.completions.slice(cut.skip),
      after,
      interceptor: this.#served.kind.interceptor,
      context: turn.context,
      bounds: this.#limits,
      refusal: this.#refusalOf(waiting),
      ...(record && { before: { completions: turn.completions.slice(0, cut.skip), outcome: record.outcome } }),
    })
    const batch = this.#batchOf(waiting, after, hashes.slice(cut.skip), judged)
    known.set(key, recordOf(batch))
    this.#group.push({ waiting, batch, judged })
    return true
  }

  #batchOf({ turn }: Waiting<C>, after: number, hashes: readonly string[], judged: Judged): Batch {
    const previous = this.#group[this.#group.length - 1]
    const follows = previous ? endOf(previous.batch) : this.#position
    return {
      mark: this.#served.environment.id(),
      follows: follows.mark,
      from: follows.count,
      completions: judged.taken as readonly CommandCompletion[],
      client: turn.client,
      by: turn.by,
      at: Math.trunc(this.#served.environment.now()),
      after,
      last: after + hashes.length,
      outcome: judged.outcome,
      hashes,
    }
  }

  #refusalOf({
    turn,
    bytes,
  }: Waiting<C>): (command: KeptCommand) => { readonly code: string; readonly reason: string } | undefined {
    const { refusal } = turn
    if (refusal) return () => refusal
    const { documentBytes } = this.#limits
    if (this.#bytes + bytes > documentBytes && !this.#isMeasured) {
      this.#bytes = byteLength(JSON.stringify(this.replica.tree.at(root)))
      this.#isMeasured = true
    }
    if (this.#bytes + bytes <= documentBytes) return () => undefined
    const reason = `The document holds ${sizeOf(this.#bytes)}, this host takes ${sizeOf(documentBytes)} (limits.documentBytes): delete something first.`
    return (command) => ('props' in command || actionOf(command)?.creates ? { code: 'too_large', reason } : undefined)
  }

  /** A batch comes out of the history: an own one is confirmed, another's came first. */
  #arrived(batch: Batch): void {
    const follows = this.#position
    if (batch.follows !== follows.mark || batch.from !== follows.count) return this.#fail(this.#lost())
    const own = this.#group[0]?.batch.mark === batch.mark ? this.#group.shift() : undefined
    const entry = own ?? this.#doubtful.get(batch.mark)
    // What was in doubt follows what is here, so once anything else does it will never come.
    if (!entry) this.#doubtful.clear()
    try {
      if (own) this.replica.confirm(own.judged.taken.length)
      else this.#integrate(batch)
    } catch (error) {
      return this.#fail(error)
    }
    this.#position = endOf(batch)
    this.#initial = undefined
    // Empty batches fill a history too.
    this.#unsaved += Math.max(1, batch.completions.length)
    this.#bytes += own ? own.waiting.bytes : byteLength(JSON.stringify(batch.completions))
    this.#isMeasured &&= batch.completions.length === 0
    this.#note(batch)
    const turn = entry?.waiting.turn
    this.#published.next({
      batch,
      follows,
      position: this.#position,
      record: recordOf(batch),
      message: commandsOf(this.id, batch),
      ...(turn && { turn }),
    })
    entry?.waiting.resolve({ type: 'taken', judged: entry.judged, batch })
  }

  #integrate({ completions }: Batch): void {
    if (this.#group.length > 0) {
      // Their batch is in the history, so the append under way will be told that it lost.
      this.replica.retract(0)
      this.#group = []
    }
    this.replica.integrate({ completions: completions as readonly Completed[], leave: 0 })
  }

  #note(batch: Batch): void {
    this.#marks.add(batch.mark)
    if (this.#marks.size > rememberedMarks) this.#marks.delete(this.#marks.values().next().value as string)
    this.#records.note(batch.client, batch.by, recordOf(batch))
  }

  /** Takes the commands of an append that did not happen back. @returns those whose flushes are still waiting */
  #undoGroup(entries: readonly Entry<C>[]): Waiting<C>[] {
    if (this.#group.length > 0) this.replica.retract(0)
    this.#group = []
    return entries.map(({ waiting }) => waiting)
  }

  /** An append failed, which says nothing: the history is asked until it tells where it stands. */
  async #findOut(error: unknown): Promise<void> {
    this.#served.report({ type: 'append_unknown', document: this.id, reason: messageOf(error) })
    for (let delay = firstRetry; ; delay = Math.min(delay * 2, lastRetry)) {
      await this.#pause(delay)
      try {
        await this.catchUp()
        return
      } catch (failure) {
        if (this.#failure || this.#isClosing) throw failure
      }
    }
  }

  async #lookUp(client: string, by: string): Promise<Known> {
    return this.#records.learn(client, by, await this.#atHead(client, by))
  }

  /** Asks the head, and waits until it is reached here: what it says is told only then. */
  async #atHead(client: string, by: string): Promise<Known> {
    const { count } = this.#position
    const hasBegun = this.#initial === undefined
    const { record, head } = await this.#served.history.record(client, by)
    if (head ? head.count < count : hasBegun) {
      const lost = this.#lost()
      this.#fail(lost)
      throw lost
    }
    if (head) await this.#reached(head)
    return record
  }

  async #reached(head: Position): Promise<void> {
    const isReached = () =>
      this.#position.mark === head.mark || this.#marks.has(head.mark) || this.#position.count > head.count
    if (this.#failure) throw this.#failure
    if (!isReached()) await firstValueFrom(this.#published.pipe(filter(isReached)))
  }

  async #save(): Promise<void> {
    this.#unsaved = 0
    try {
      const result = await this.#served.history.save(this.#position, this.replica.exposeConfirmed())
      if (result === 'regressed') this.#fail(this.#lost())
    } catch (error) {
      this.#served.report({ type: 'save_failed', document: this.id, reason: messageOf(error) })
    }
  }

  #pause(milliseconds: number): Promise<unknown> {
    return firstValueFrom(timer(milliseconds, this.#served.environment.scheduler))
  }

  #closed(): MillraceError {
    return new MillraceError('closed', `'${this.id}' was closed.`)
  }

  #lost(): MillraceError {
    return new MillraceError(
      'regressed',
      `The history of '${this.id}' no longer holds what this host has (${this.#position.count}).`,
    )
  }

  /** The document can no longer be served from here. */
  #fail(cause: unknown): void {
    if (this.#failure) return
    // Another host began the history first, with another document: this one is opened anew.
    const isLate = this.#initial !== undefined && hasCode(cause, 'regressed')
    const error = isLate ? new MillraceError('unavailable', `'${this.id}' was begun elsewhere.`) : cause
    this.#failure = error
    // The subscription is not there yet while a history fails inside subscribe.
    queueMicrotask(() => this.#reading.unsubscribe())
    const waiting = [...this.#group.map((entry) => entry.waiting), ...this.#queue]
    this.#group = []
    this.#queue = []
    for (const { reject } of waiting) reject(error)
    this.#published.error(error)
  }
}

const endOf = ({ from, completions, mark }: Batch): Position => ({ count: from + completions.length, mark })

const recordOf = (batch: Batch): ClientRecord => ({
  seq: batch.last,
  first: batch.after + 1,
  position: endOf(batch),
  outcome: batch.outcome,
  hashes: batch.hashes,
})

/** A batch as everybody is told of it. */
export function commandsOf(document: string, batch: Batch): Commands {
  const { from, follows, mark, at, client, after, last, completions, outcome } = batch
  const rejected = outcome.rejected?.map(({ seq }) => seq)
  return {
    type: 'commands',
    document,
    from,
    follows,
    mark,
    at,
    client,
    after,
    last,
    completions,
    ...(rejected && { rejected }),
  }
}

/** What cannot be written as JSON has no text. It is judged, and refused, like any other command. */
function textOf(completion: CommandCompletion): string {
  try {
    return JSON.stringify(completion)
  } catch {
    return ''
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const sizeOf = (bytes: number): string =>
  bytes < 100_000 ? `${bytes} bytes` : `${Math.round(bytes / 100_000) / 10} MB`

const tooLarge = (bytes: number, limit: number): MillraceError =>
  new MillraceError(
    'too_large',
    `Flush refused: ${sizeOf(bytes)}, this host takes ${sizeOf(limit)} (limits.flushBytes).`,
  )
