import {
  defaultIfEmpty,
  distinctUntilChanged,
  endWith,
  map,
  merge,
  type Observable,
  Subscription,
  startWith,
  takeUntil,
  timer,
} from 'rxjs'
import type { Applied } from '../applied.ts'
import type { Position } from '../contracts/history.ts'
import type { Completed } from '../document/replay.ts'
import { type ErrorCode, MillraceError, messageOf } from '../errors.ts'
import type { Origin, RefusedEvent } from '../events.ts'
import { idSource } from '../ids.ts'
import { LocalDocument } from '../local-document.ts'
import { initialMark } from '../protocol/fingerprint.ts'
import type {
  ClientMessage,
  Commands,
  ErrorMessage,
  Flush,
  Flushed,
  ServerMessage,
  SnapshotMessage,
} from '../protocol/messages.ts'
import type { Pending, Settlement } from '../replica/pending.ts'
import { type Change, placeOf, Replica } from '../replica/replica.ts'
import { type Answered, answer, answerIn, covered, isMeant, seqsOf } from './answers.ts'
import { backOff } from './back-off.ts'
import type { Connection, DocumentStatus, OpenOptions } from './opening.ts'
import { Outbox } from './outbox.ts'
import { Standing } from './standing.ts'

/**
 * A document that flushes by itself: all of a Proxy but the manual flush cycle. It is a replica of the Master at its
 * host: what the host says is taken in order, each batch at the position that it follows, and whatever does not fit is
 * asked for again.
 */
export class ConnectedProxy<T extends object = object> extends LocalDocument<T> {
  /** Its kind and name: `list/shopping`. */
  readonly id: string
  /** How it stands to its host. Replays the latest; completes on close. */
  readonly status$: Observable<DocumentStatus>
  /** Resolves when there is a document; rejects when it is refused or closed before that. */
  readonly loaded: Promise<void>
  protected readonly connection: Connection
  protected readonly held = new Subscription()
  protected readonly standing = new Standing()
  protected readonly outbox = new Outbox()
  protected client: string
  /** The latest names that it had before, under which something was sent. */
  #formerly: readonly string[] = []
  /** What goes, as soon as it is kept. */
  #flight: Flight | undefined
  #isOpen = false
  /** What the host was asked for and has not begun to give; or that it is certain who sends what waits here. */
  #awaits: 'record' | 'snapshot' | 'certainty' | undefined
  /** The client's record as of a position that may still be ahead. */
  #record: Flushed | undefined
  #refusal: { readonly code: string; readonly reason: string } | undefined
  #retries = 0
  /** Why it is not open while the line is live. */
  #delay = waiting
  #settleLoaded: (error?: unknown) => void = () => undefined

  /** @internal Nothing happens before it begins. */
  constructor(connection: Connection, { interceptor }: OpenOptions<T>) {
    super(new Replica({ commandCount: 0, document: {} }, idSource(false, connection.environment)), interceptor)
    this.id = connection.id
    this.connection = connection
    // A name for each time: what a closed one had on its way may still be taken.
    this.client = connection.environment.id()
    this.loaded = new Promise((resolve, reject) => {
      this.#settleLoaded = (error) => (error ? reject(error) : resolve())
    })
    // Whoever does not ask is told by status$.
    this.loaded.catch(() => undefined)
    const { line } = connection
    this.status$ = merge(line.changed, this.moved).pipe(
      startWith(undefined),
      takeUntil(this.closed.pipe(defaultIfEmpty(undefined))),
      endWith(undefined),
      map(() => this.status),
      distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
    )
    this.held.add(
      line.changed.pipe(startWith(undefined)).subscribe(() => {
        const { status } = line
        if (status.state === 'refused') this.#settleLoaded(new MillraceError(status.code as ErrorCode, status.reason))
      }),
    )
  }

  /** @internal Begins to speak with the host. */
  begin(initial: T | undefined): void {
    if (initial) {
      // As others get it, and nobody else's.
      const begun = JSON.parse(JSON.stringify(initial)) as T
      this.load(
        { snapshot: { commandCount: 0, document: begun }, completions: [] },
        { count: 0, mark: initialMark(begun) },
      )
    }
    const { line, flushWhen } = this.connection
    this.held.add(flushWhen(this.#growing()).subscribe(() => this.#sendAll()))
    this.held.add(
      line.join({
        up: (limits) => {
          this.bounds = limits
          this.outbox.limits = limits
          this.#open(this.standing.position)
        },
        down: () => this.#shut(),
        hear: (message) => this.#hear(message),
      }),
    )
  }

  /** Stands at a position from now on, whatever was before. */
  protected load(state: Pick<Change, 'snapshot' | 'completions'>, position: Position): void {
    this.integrate({ ...state, leave: 0 }, undefined, () => true)
    this.#jump(position)
  }

  #jump(position: Position): void {
    this.standing.jump(position)
    this.#settleLoaded()
  }

  override get isLoaded(): boolean {
    return this.standing.position !== undefined
  }

  /** How it stands to its host now. */
  get status(): DocumentStatus {
    const { status } = this.connection.line
    if (this.isClosed || status.state === 'closed') return { state: 'closed' }
    if (this.#refusal) return { state: 'refused', ...this.#refusal }
    if (status.state === 'refused') return status
    if (status.state === 'live' && this.#isOpen) return { state: 'live' }
    const reason = status.state === 'connecting' ? 'Connecting.' : status.state === 'live' ? this.#delay : status.reason
    return { state: this.isLoaded ? 'offline' : 'loading', reason }
  }

  /** Sends now, or when a `batch` under way is over, and resolves when everything applied so far is settled. */
  async flush(): Promise<void> {
    const entries = [...this.replica.pending]
    this.#sendAll()
    for (const entry of entries.reverse()) if (!entry.isSettled) await entry.settled
  }

  /**
   * Lets go of the document and ends every stream. Idempotent. What is pending is lost where there is no storage:
   * `await flush()` first.
   */
  override close(): void {
    if (this.isClosed) return
    this.#say({ type: 'close', client: this.client })
    this.held.unsubscribe()
    this.connection.left()
    super.close()
    this.abandon(this.replica.pending)
    this.#settleLoaded(new MillraceError('closed', `'${this.id}' was closed.`))
  }

  /** Lets go of an outcome that was seen, by the `notice` of its event: it is told no more at the next start. */
  dismiss(_notice: string): void {}

  /** Applies a command again that did not make it, and lets go of its outcome if that succeeds. */
  retry({ command, notice }: RefusedEvent): Applied {
    const applied = this.apply(command)
    if (applied.isSuccess && notice !== undefined) this.dismiss(notice)
    return applied
  }

  /** Called when these are confirmed, up to the position. */
  protected confirmed(_completions: readonly Completed[], _position: Position): void {}

  /** Called when the confirmed document is another. */
  protected replaced(): void {}

  /** Called before what is confirmed here goes, because the host has lost it. */
  protected regressed(): void {}

  /** Calls back when everything may be sent that is numbered by now. */
  protected whenKept(send: () => void): void {
    send()
  }

  /** Calls back when it is certain that nobody else sends what waits here. */
  protected whenCertain(act: () => void): void {
    act()
  }

  /** What waited when the document was closed. */
  protected abandon(pending: readonly Pending[]): void {
    for (const entry of pending) entry.settle(unsettled(entry))
  }

  /** How many are pending: whenever that changed, and whenever another is the last of them. */
  #growing(): Observable<number> {
    return this.moved.pipe(
      startWith(undefined),
      map(() => ({ count: this.replica.pending.length, last: this.replica.pending.at(-1) })),
      distinctUntilChanged((a, b) => a.count === b.count && a.last === b.last),
      map(({ count }) => count),
    )
  }

  #say(message: Unaddressed): void {
    this.connection.line.say({ ...message, document: this.id } as ClientMessage)
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'welcome' || message.document !== this.id) return
    if (message.type !== 'commands' && (message.client ?? this.client) !== this.client) return
    this.ring.hold(() => {
      try {
        this.#take(message)
      } catch (error) {
        // A history that cannot be replayed here, as one with an action that only newer programs know.
        this.#say({ type: 'close', client: this.client })
        this.#stop('unsupported', messageOf(error))
      }
    })
  }

  #take(message: Exclude<ServerMessage, { type: 'welcome' }>): void {
    // It will be opened again.
    if (this.#awaits === 'certainty' && message.type !== 'error') return
    switch (message.type) {
      case 'snapshot':
        return this.#replace(message)
      case 'commands':
        return this.#awaits === 'snapshot' ? undefined : this.#follow(message)
      case 'flushed':
        if (!message.follows) return this.#know(message)
        return this.#awaits === 'snapshot' ? undefined : this.#confirm(message, message.follows)
      case 'error':
        return this.#failed(message)
    }
  }

  /** Opens, or opens again, from a position; without one the host sends the whole document. */
  #open(position: Position | undefined): void {
    const { key } = this.outbox.limits
    if (this.id.length > key) {
      return this.#stop('invalid_id', `An id of ${this.id.length} characters, the host takes ${key} (limits.key).`)
    }
    this.#record = undefined
    this.#refusal = undefined
    this.#awaits = position ? 'record' : 'snapshot'
    this.#shut()
    this.#say({ type: 'open', client: this.client, ...(position && { position }) })
  }

  /** The document cannot be had; somebody must act. */
  #stop(code: ErrorCode, reason: string): void {
    this.#refusal = { code, reason }
    this.#settleLoaded(new MillraceError(code, reason))
    this.#shut()
  }

  #shut(): void {
    this.#isOpen = false
    this.#flight = undefined
    this.outbox.shut()
    this.tell(this.moved, undefined)
  }

  /** The record counts from the position that it is told with: here at once, or when the document gets there. */
  #know(record: Flushed): void {
    const known = record.record
    if (known && known.seq > this.outbox.lastSeq && this.replica.pending.length > 0) return this.#missed(known.seq)
    if (known && !isMeant(this.replica.pending, known))
      return this.#beginAnew('The host knows another command by its number.')
    this.#record = record
    if (this.#awaits === 'snapshot') return
    // A host that was asked from further on than its history reaches sends all of it.
    this.#awaits = this.#awaits && this.standing.hasPassed(record.position) ? 'snapshot' : undefined
    if (this.#awaits) return
    this.#reached()
  }

  #replace({ position, state, regressed }: SnapshotMessage): void {
    const record = this.#record?.record ?? null
    const leave = covered(this.replica.pending, record?.seq)
    const answered = answer(this.replica.pending, leave, record?.outcome ?? {}, record?.first)
    if (regressed) this.#tellLost(record?.seq ?? 0)
    const snapshot = { commandCount: position.count, document: state }
    this.integrate({ snapshot, completions: [], leave, refused: answered.refused })
    this.#jump(position)
    this.replaced()
    this.#awaits = undefined
    this.#tellAnswers(answered)
    this.tell(this.syncs, { type: 'synced', isPartial: false, commandCount: position.count })
    this.#reached()
  }

  /** What is confirmed here is gone there. */
  #tellLost(recorded: number): void {
    const last = this.outbox.answeredFor(this.replica.pending)
    const lost = last > recorded && { lost: { client: this.client, first: recorded + 1, last } }
    // The host tells the record of the present name alone.
    const formerly = this.#formerly.length > 0 && { formerly: this.#formerly }
    this.#formerly = []
    this.tell(this.syncs, { type: 'regressed', commandCount: this.replica.confirmedCount, ...lost, ...formerly })
    // What is in no record of that history follows it, and stands where it begins again.
    this.outbox.from = undefined
    this.regressed()
  }

  /** A batch as everybody sees it: another's, or an own one whose answer was lost. */
  #follow(message: Commands): void {
    const { completions, client, from, follows, mark } = message
    if (!this.#comesNext(from, follows, mark)) return
    const leave = client === this.client ? covered(this.replica.pending, message.last) : 0
    const answered = leave > 0 ? answerIn(message, this.#record?.record, this.replica.pending, leave) : undefined
    const seqs = seqsOf(message)
    this.integrate(
      { completions: completions as unknown as readonly Completed[], leave, refused: answered?.refused ?? [] },
      (i): Origin => ({ client, seq: seqs[i] as number }),
      () => leave > 0,
    )
    const position = { count: from + completions.length, mark }
    this.standing.advance(position)
    this.confirmed(completions as unknown as readonly Completed[], position)
    if (answered) this.#tellAnswers(answered)
    this.tell(this.syncs, { type: 'synced', isPartial: true, commandCount: this.replica.confirmedCount })
    this.#reached()
  }

  /** The own flush became history: as it was, or as its outcome says. */
  #confirm({ record, position }: Flushed, follows: Position): void {
    if (!record || !this.#comesNext(follows.count, follows.mark, position.mark)) return
    const { pending } = this.replica
    const leave = covered(pending, record.seq)
    if (leave === 0 || pending[0]?.seq !== record.first) return this.#open(undefined)
    const answered = answer(pending, leave, record.outcome)
    if (follows.count + answered.completions.length !== position.count) return this.#open(undefined)
    this.standing.advance(position)
    this.confirmed(answered.completions, position)
    if (answered.isPlain) {
      this.replica.confirm(leave)
      this.tell(this.moved, undefined)
    } else {
      const { completions, refused } = answered
      this.integrate({ completions, leave, refused }, undefined, () => true)
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
    if (settlements.length === 0) return
    this.tell(this.syncs, { type: 'flushed', commands: settlements.length })
    this.outbox.answered(settlements.at(-1)?.entry.seq ?? 0)
    // What did not go yet is not all that should.
    if (this.#flight) this.outbox.shut()
    this.#flight = undefined
  }

  /** Whether a batch comes next. What was here before is passed over; what does not fit is asked for again. */
  #comesNext(from: number, follows: string, mark: string): boolean {
    const met = this.standing.meet(from, follows, mark)
    if (met === 'apart' && !this.#awaits) this.#open(this.standing.position)
    return met === 'next'
  }

  /** Whenever the document has moved: once it stands where the record was told, it is open and may send. */
  #reached(): void {
    const told = this.#record
    if (told && this.standing.hasReached(told.position)) {
      const { record } = told
      this.#record = undefined
      // It is told that these are in a history that it has, but it has never met them.
      if (covered(this.replica.pending, record?.seq) > 0) return this.#open(undefined)
      if (!this.#isOpen) {
        if (this.outbox.lacks(record?.seq ?? 0, this.replica.pending)) return this.rename()
        this.#isOpen = true
        this.#retries = 0
        this.#delay = waiting
        this.outbox.open(record?.seq ?? 0)
        this.tell(this.moved, undefined)
      }
    }
    this.#send()
  }

  /** What a batch applies can still be undone: it goes when that is over. */
  #sendAll(): void {
    this.ring.post(() => {
      this.outbox.wants = this.replica.pending.length > 0
      this.#send()
    })
  }

  #send(): void {
    const { position } = this.standing
    const outgoing = this.#isOpen && position && this.outbox.next(this.replica.pending, position)
    if (!outgoing) return
    if ('tooLarge' in outgoing) {
      const most = this.outbox.limits.flushBytes
      return this.#giveUp(
        outgoing.tooLarge,
        'too_large',
        `The command takes ${outgoing.bytes} bytes, the host takes ${most} (limits.flushBytes).`,
      )
    }
    this.#flight = outgoing
    this.whenKept(() => {
      if (this.#flight !== outgoing) return
      this.#flight = undefined
      this.tell(this.syncs, { type: 'flush_begun', from: outgoing.from.count, commands: outgoing.completions.length })
      this.#say({ type: 'flush', client: this.client, ...outgoing })
    })
  }

  /** The first of the pending can never be taken: it goes, so that it does not stop the ones behind it (invariant 8). */
  #giveUp(entry: Pending, code: ErrorCode, reason: string): void {
    const place = placeOf(entry)
    this.integrate({ completions: [], leave: 1, refused: place ? [place] : [] })
    this.refuse('rejected', entry, code, reason)
    this.#send()
  }

  #failed({ code, message }: ErrorMessage): void {
    switch (code) {
      case 'refused':
      case 'invalid_id':
        return this.#stop(code, message)
      case 'gap':
        return this.#open(this.standing.position)
      case 'conflict':
      case 'expired':
        return this.#beginAnew(message)
      case 'too_large':
      case 'invalid_message':
        return this.#sendLess(code, message)
      default:
        return this.#tryLater(message)
    }
  }

  /** The flush as a whole was refused: half of it is tried, and one command alone is given up. */
  #sendLess(code: ErrorCode, reason: string): void {
    const sent = this.outbox.halve(this.replica.pending)
    if (sent === 0) return this.#tryLater(reason)
    this.#shut()
    if (sent === 1) this.#giveUp(this.replica.pending[0] as Pending, code, reason)
    this.#open(this.standing.position)
  }

  /** The host knows this client by other commands: on under a new name, without what may have been taken. */
  #beginAnew(reason: string): void {
    const sent = this.replica.pending.filter(({ seq }) => seq > 0)
    this.integrate({ completions: [], leave: sent.length })
    for (const entry of sent) this.refuse('unknown', entry, 'unknown', reason)
    this.rename()
  }

  /**
   * The host has commands under numbers that were never given here: what is kept went back to an earlier state, or the
   * history did and then got what somebody had said before. They may be what was sent from here and the first of those
   * that wait.
   */
  #missed(seq: number): void {
    this.#awaits = 'certainty'
    this.whenCertain(() =>
      this.ring.hold(() => {
        const doubtful = this.replica.pending.slice(0, covered(this.replica.pending, seq) + seq - this.outbox.lastSeq)
        this.integrate({ completions: [], leave: doubtful.length })
        for (const entry of doubtful)
          this.refuse('unknown', entry, 'unknown', 'The host has numbers that are unknown here.')
        this.outbox.resume(seq, undefined)
        this.#open(this.standing.position)
      }),
    )
  }

  /** Goes on under a new name. */
  protected rename(): void {
    this.#say({ type: 'close', client: this.client })
    if (this.outbox.lastSeq > 0) this.#formerly = [...this.#formerly, this.client].slice(-mostNames)
    this.client = this.connection.environment.id()
    this.outbox.renumber(this.replica.pending)
    this.#open(this.standing.position)
  }

  #tryLater(reason: string): void {
    const { environment } = this.connection
    this.#delay = reason
    this.#shut()
    this.held.add(
      timer(backOff(environment, ++this.#retries), environment.scheduler).subscribe(() => {
        if (!this.#isOpen) this.#open(this.standing.position)
      }),
    )
  }
}

const waiting = 'Waiting for the host.'

/** Names that are remembered, whatever a host makes its clients do. */
const mostNames = 100

const unsettled = ({ seq }: Pending): Settlement =>
  seq > 0
    ? { type: 'unknown', reason: 'The document was closed before the answer came.' }
    : { type: 'dropped', code: 'closed', reason: 'The document was closed before it was sent.' }

type Flight = Pick<Flush, 'after' | 'from' | 'completions'>
type WithoutDocument<M> = M extends { readonly document: string } ? Omit<M, 'document'> : never
type Unaddressed = WithoutDocument<ClientMessage>
