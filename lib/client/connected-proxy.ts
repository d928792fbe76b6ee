import { distinctUntilChanged, map, merge, type Observable, startWith, Subscription, timer } from 'rxjs'
import type { Position } from '../contracts/history.ts'
import type { Path } from '../document/path.ts'
import type { Completed } from '../document/replay.ts'
import type { Environment } from '../environment.ts'
import { type ErrorCode, MillraceError } from '../errors.ts'
import type { Origin } from '../events.ts'
import type { Interceptor } from '../flushout.ts'
import { idSource } from '../ids.ts'
import { LocalDocument } from '../local-document.ts'
import { initialMark } from '../protocol/fingerprint.ts'
import { defaultLimits, type Limits } from '../protocol/limits.ts'
import type { Commands, ErrorMessage, Flushed, KnownRecord, ServerMessage, SnapshotMessage } from '../protocol/messages.ts'
import type { Pending } from '../replica/pending.ts'
import { placeOf, Replica } from '../replica/replica.ts'
import { type Answered, answer, isPlain } from './answers.ts'
import type { Line, Speaker } from './line.ts'
import { cutFlush, flushOf, number } from './outbox.ts'

/** How a document stands to its host. */
export type DocumentStatus =
  /** Nothing to show yet. */
  | { readonly state: 'loading' }
  /** In step with the host. */
  | { readonly state: 'live' }
  /** Edited here alone until the line is back. */
  | { readonly state: 'offline'; readonly reason: string }
  /** The host does not give it; somebody must act. */
  | { readonly state: 'refused'; readonly code: string; readonly reason: string }
  | { readonly state: 'closed' }

/** When to flush: emits when what is pending should go. What is applied while a flush is under way goes with the next. */
export type FlushPolicy = (pending$: Observable<number>) => Observable<unknown>

/** How a document is opened. */
export interface OpenOptions<T extends object> {
  /** Lets a new document start offline: at first contact an existing history wins, and what was done here is applied to it. */
  readonly initial?: T
  /** Lets commands pass, changes their props or rejects them, before they are applied here. */
  readonly interceptor?: Interceptor<T>
}

interface Connection {
  readonly id: string
  readonly client: string
  readonly line: Line
  readonly environment: Environment
  readonly flushWhen: FlushPolicy
  readonly left: () => void
}

const firstRetry = 500
const lastRetry = 30_000
const rememberedMarks = 256

/**
 * A document that flushes by itself: all of a Proxy but the manual flush cycle. It is a replica of the Master at its
 * host: what the host says is taken in order, each batch at the position that it follows, and whatever does not fit is
 * asked for again.
 */
export class ConnectedProxy<T extends object = object> extends LocalDocument<T> implements Speaker {
  /** Its kind and name: `list/shopping`. */
  readonly id: string
  /** How it stands to its host. Replays the latest; completes on close. */
  readonly status$: Observable<DocumentStatus>
  /** Resolves when there is a document; rejects when it is refused before that. */
  readonly loaded: Promise<void>
  readonly #connection: Connection
  readonly #held = new Subscription()
  readonly #marks = new Set<string>()
  #client: string
  #limits: Limits = defaultLimits
  #position: Position | undefined
  #isOpen = false
  #wants = false
  /** The last seq that was given, and the last of the flush under way (0: none). */
  #lastSeq = 0
  #inFlight = 0
  #sentFrom: Position | undefined
  /** The client's record as of a position that may still be ahead. */
  #record: Flushed | undefined
  #refusal: { readonly code: string; readonly reason: string } | undefined
  #mostCommands = Number.POSITIVE_INFINITY
  #retries = 0
  #settleLoaded: { resolve: () => void; reject: (error: unknown) => void } = { resolve: () => undefined, reject: () => undefined }

  /** @internal */
  constructor(connection: Connection, { initial, interceptor }: OpenOptions<T>) {
    super(new Replica({ commandCount: 0, document: initial ?? {} }, idSource(false, connection.environment)), interceptor)
    this.id = connection.id
    this.#connection = connection
    this.#client = connection.client
    if (initial) this.#position = { count: 0, mark: initialMark(initial) }
    this.loaded = new Promise((resolve, reject) => {
      this.#settleLoaded = { resolve, reject }
    })
    this.loaded.catch(() => undefined)
    if (initial) this.#settleLoaded.resolve()

    const { line, flushWhen } = connection
    this.status$ = merge(line.changed, this.moved).pipe(
      startWith(undefined),
      map(() => this.status),
      distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
    )
    this.#held.add(
      flushWhen(this.pending$).subscribe(() => {
        this.#wants = true
        this.#send()
      }),
    )
    line.join(this)
  }

  override get isLoaded(): boolean {
    return this.#position !== undefined
  }

  /** How it stands to its host now. */
  get status(): DocumentStatus {
    const { status } = this.#connection.line
    if (this.isClosed || status.state === 'closed') return { state: 'closed' }
    if (this.#refusal) return { state: 'refused', ...this.#refusal }
    if (status.state === 'refused') return status
    if (!this.isLoaded) return { state: 'loading' }
    if (status.state === 'live') return this.#isOpen ? { state: 'live' } : { state: 'offline', reason: 'Waiting for the host.' }
    return { state: 'offline', reason: status.state === 'offline' ? status.reason : 'Connecting.' }
  }

  /** Sends now, and resolves when everything applied so far is settled. */
  async flush(): Promise<void> {
    const entries = [...this.replica.pending]
    this.#wants = true
    this.#send()
    for (const entry of entries.reverse()) if (!entry.isSettled) await entry.settled
  }

  /** Lets go of the document and ends every stream. Idempotent. What is pending is lost: `await flush()` first. */
  override close(): void {
    if (this.isClosed) return
    const { line, left } = this.#connection
    line.say({ type: 'close', document: this.id, client: this.#client })
    line.leave(this)
    this.#held.unsubscribe()
    left()
    super.close()
    this.#settleLoaded.reject(new MillraceError('closed', `'${this.id}' was closed.`))
  }

  /** @internal */
  up(limits: Limits): void {
    this.#limits = limits
    this.#open(this.#position)
  }

  /** @internal */
  down(): void {
    this.#isOpen = false
    this.#inFlight = 0
    this.tell(this.moved, undefined)
  }

  /** @internal */
  hear(message: ServerMessage): void {
    if (message.type === 'welcome' || message.document !== this.id) return
    if ((message.type === 'flushed' || message.type === 'error') && (message.client ?? this.#client) !== this.#client) return
    this.ring.hold(() => this.#take(message))
  }

  #take(message: Exclude<ServerMessage, { type: 'welcome' }>): void {
    switch (message.type) {
      case 'snapshot':
        return this.#replace(message)
      case 'commands':
        return this.#follow(message)
      case 'flushed':
        return message.follows ? this.#confirm(message, message.follows) : this.#know(message)
      case 'error':
        return this.#failed(message)
    }
  }

  /** Opens, or opens again, from a position; without one the host sends the whole document. */
  #open(position: Position | undefined): void {
    this.#isOpen = false
    this.#inFlight = 0
    this.#record = undefined
    this.tell(this.moved, undefined)
    this.#connection.line.say({ type: 'open', document: this.id, client: this.#client, ...(position && { position }) })
  }

  /** The record counts from the position that it is told with: here at once, or when the document gets there. */
  #know(record: Flushed): void {
    this.#record = record
    this.#reached()
  }

  #replace({ position, state, regressed }: SnapshotMessage): void {
    const record = this.#record?.record ?? null
    const leave = this.#covered(record)
    const first = record?.first ?? 0
    const answered = answer(this.replica.pending, leave, record?.outcome ?? {})
    const settled = answered.settlements.map(({ entry, settlement }) =>
      entry.seq >= first
        ? { entry, settlement }
        : { entry, settlement: { type: 'unknown', reason: 'The host no longer knows what became of it.' } as const },
    )
    if (regressed) this.tell(this.syncs, { type: 'regressed', commandCount: this.replica.confirmedCount })
    this.#position = position
    this.#marks.clear()
    this.integrate({
      snapshot: { commandCount: position.count, document: state },
      completions: [],
      leave,
      refused: answered.refused,
    })
    this.#tellAnswers({ ...answered, settlements: settled })
    this.tell(this.syncs, { type: 'synced', isPartial: false, commandCount: position.count })
    this.#settleLoaded.resolve()
    this.#reached()
  }

  /** A batch as everybody sees it: another's, or an own one whose answer was lost. */
  #follow(message: Commands): void {
    const { completions, client, after, last, rejected = [], from, follows, mark } = message
    if (!this.#fits(from, follows, mark)) return
    const isOwn = client === this.#client
    const leave = isOwn ? this.#covered({ seq: last }) : 0
    const answered = isOwn && leave > 0 ? this.#answerOf(message, leave) : undefined
    const refused = new Set(rejected)
    const seqs: number[] = []
    for (let seq = after + 1; seq <= last; seq++) if (!refused.has(seq)) seqs.push(seq)
    this.#advance({ count: from + completions.length, mark })
    this.integrate(
      { completions: completions as unknown as readonly Completed[], leave, refused: answered?.refused ?? [] },
      (i): Origin => ({ client, seq: seqs[i] as number }),
    )
    if (answered) this.#tellAnswers(answered)
    this.tell(this.syncs, { type: 'synced', isPartial: true, commandCount: this.replica.confirmedCount })
    this.#reached()
  }

  /** The outcome is in the record, which came first; without it, the reasons of refusals are not known. */
  #answerOf({ last, rejected = [] }: Commands, leave: number): Answered {
    const record = this.#record?.record
    const outcome =
      record?.seq === last
        ? record.outcome
        : { rejected: rejected.map((seq) => ({ seq, code: 'rejected', reason: 'The Master refused it.' })) }
    return answer(this.replica.pending, leave, outcome)
  }

  /** The own flush became history: as it was, or as its outcome says. */
  #confirm(message: Flushed, follows: Position): void {
    const { record, position } = message
    if (!record || !this.#fits(follows.count, follows.mark, position.mark)) return
    const { pending } = this.replica
    const leave = this.#covered(record)
    if (leave === 0 || (pending[0] as Pending).seq !== record.first) return this.#open(undefined)
    const answered = answer(pending, leave, record.outcome)
    if (follows.count + answered.completions.length !== position.count) return this.#open(undefined)
    this.#advance(position)
    if (isPlain(record.outcome) && pending.slice(0, leave).every((entry) => !entry.aside)) {
      this.replica.confirm(leave)
      this.tell(this.moved, undefined)
    } else {
      this.integrate({ completions: answered.completions, leave, refused: answered.refused }, (i) => ({
        client: this.#client,
        seq: record.first + i,
      }))
    }
    this.#tellAnswers(answered)
    this.#reached()
  }

  #tellAnswers({ settlements, renamed }: Answered): void {
    for (const { path, id } of renamed) this.tell(this.syncs, { type: 'renamed', path, id })
    for (const { entry, settlement } of settlements) {
      if (settlement.type === 'rejected') this.refuse('rejected', entry, settlement.code, settlement.reason)
      else if (settlement.type === 'unknown') this.refuse('unknown', entry, 'unknown', settlement.reason)
      else entry.settle(settlement)
    }
    if (settlements.length > 0) this.tell(this.syncs, { type: 'flushed', commands: settlements.length })
    const last = settlements[settlements.length - 1]?.entry.seq ?? 0
    if (last >= this.#inFlight) this.#inFlight = 0
  }

  /** Whether a batch comes next. What was here before is passed over; what does not fit is asked for again. */
  #fits(from: number, follows: string, mark: string): boolean {
    const position = this.#position
    if (position?.count === from && position.mark === follows) return true
    if (!position || this.#marks.has(mark) || position.mark === mark || from < position.count) return false
    this.#open(this.#position)
    return false
  }

  #advance(position: Position): void {
    this.#position = position
    this.#marks.add(position.mark)
    if (this.#marks.size > rememberedMarks) this.#marks.delete(this.#marks.values().next().value as string)
  }

  /** How many of the pending a record covers. */
  #covered(record: Pick<KnownRecord, 'seq'> | null): number {
    const { pending } = this.replica
    let n = 0
    while (n < pending.length && isCovered(pending[n] as Pending, record?.seq ?? 0)) n++
    return n
  }

  /** Whenever the document has moved: once it stands where the record was told, it is open and may send. */
  #reached(): void {
    const record = this.#record
    const position = this.#position
    if (record && position && isAtOrAfter(position, record.position, this.#marks)) {
      this.#record = undefined
      if (this.#covered(record.record) > 0) return this.#open(undefined)
      if (!this.#isOpen) this.#opened(record.record)
    }
    this.#send()
  }

  #opened(record: KnownRecord | null): void {
    this.#isOpen = true
    this.#retries = 0
    this.#lastSeq = record?.seq ?? 0
    // What was sent and is not in the record follows it: the same numbers again, unless the history lost some.
    for (const entry of this.replica.pending) if (entry.seq > 0) entry.seq = ++this.#lastSeq
    this.tell(this.moved, undefined)
  }

  #send(): void {
    const { pending } = this.replica
    const first = pending[0]
    if (!this.#isOpen || this.#inFlight > 0 || !first || !(this.#wants || first.seq > 0)) return
    const flushCommands = Math.min(this.#limits.flushCommands, this.#mostCommands)
    const cut = cutFlush(pending, { ...this.#limits, flushCommands })
    if (cut.type === 'too_large') {
      return this.#giveUp(cut.entry, 'too_large', `The command takes ${cut.bytes} bytes, the host takes ${this.#limits.flushBytes} (limits.flushBytes).`)
    }
    const position = this.#position as Position
    if (first.seq === 0 || !this.#sentFrom) this.#sentFrom = position
    this.#lastSeq = number(cut.entries, this.#lastSeq)
    this.#inFlight = (cut.entries[cut.entries.length - 1] as Pending).seq
    this.#wants = cut.entries.length < pending.length && this.#wants
    this.tell(this.syncs, { type: 'flush_begun', from: position.count, commands: cut.entries.length })
    this.#connection.line.say(flushOf(this.id, this.#client, this.#sentFrom, cut.entries))
  }

  /** The first of the pending can never be taken: it goes, so that it does not stop the ones behind it (invariant 8). */
  #giveUp(entry: Pending, code: ErrorCode, reason: string): void {
    const place: Path | undefined = placeOf(entry)
    this.integrate({ completions: [], leave: 1, refused: place ? [place] : [] })
    this.refuse('rejected', entry, code, reason)
    this.#send()
  }

  #failed({ code, message }: ErrorMessage): void {
    switch (code) {
      case 'refused':
      case 'invalid_id':
        this.#refusal = { code, reason: message }
        this.#isOpen = false
        this.#settleLoaded.reject(new MillraceError(code, message))
        return this.tell(this.moved, undefined)
      case 'gap':
        return this.#open(this.#position)
      case 'conflict':
      case 'expired':
        return this.#beginAnew(message)
      case 'too_large':
      case 'invalid_message':
        return this.#sendLess(code, message)
      default:
        return this.#tryLater()
    }
  }

  /** The flush as a whole was refused: half of it is tried, and one command alone is given up. */
  #sendLess(code: ErrorCode, reason: string): void {
    const sent = this.replica.pending.filter(({ seq }) => seq > 0 && seq <= this.#inFlight).length
    if (sent === 0) return
    this.#inFlight = 0
    if (sent === 1) {
      const entry = this.replica.pending[0] as Pending
      this.#mostCommands = Number.POSITIVE_INFINITY
      this.#giveUp(entry, code, reason)
    } else this.#mostCommands = Math.ceil(sent / 2)
    this.#open(this.#position)
  }

  /** The host knows this client by other commands: on under a new name, without what may have been taken. */
  #beginAnew(reason: string): void {
    const sent = this.replica.pending.filter(({ seq }) => seq > 0)
    this.integrate({ completions: [], leave: sent.length })
    for (const entry of sent) this.refuse('unknown', entry, 'unknown', reason)
    this.#connection.line.say({ type: 'close', document: this.id, client: this.#client })
    this.#client = this.#connection.environment.id()
    this.#open(this.#position)
  }

  #tryLater(): void {
    const { environment } = this.#connection
    this.#isOpen = false
    this.#inFlight = 0
    this.tell(this.moved, undefined)
    const delay = environment.random() * Math.min(lastRetry, firstRetry * 2 ** this.#retries++)
    this.#held.add(
      timer(delay, environment.scheduler).subscribe(() => {
        if (!this.#isOpen) this.#open(this.#position)
      }),
    )
  }
}

const isCovered = ({ seq }: Pending, upTo: number): boolean => seq > 0 && seq <= upTo

const isAtOrAfter = (position: Position, told: Position, marks: ReadonlySet<string>): boolean =>
  position.mark === told.mark || marks.has(told.mark) || position.count > told.count
