import { distinctUntilChanged, EMPTY, first, map, Subscription, startWith, switchMap } from 'rxjs'
import { ConnectedProxy } from '../client/connected-proxy.ts'
import type { Connection, OpenOptions } from '../client/opening.ts'
import type { Position } from '../contracts/history.ts'
import type { Completed } from '../document/replay.ts'
import type { RefusedEvent } from '../events.ts'
import type { Pending, Settlement } from '../replica/pending.ts'
import type { Integrated } from '../replica/replica.ts'
import type { Queue, Trouble } from './queue.ts'
import type { Queues } from './queues.ts'

/** A connected proxy that begins where it was left, and keeps what happens to it. */
export class KeptProxy<T extends object = object> extends ConnectedProxy<T> {
  #queue: Queue | undefined

  /** Begins with what was kept, or with what is given; sends what others left as well. */
  async start(queues: Queues, initial: T | undefined): Promise<void> {
    const { environment, line } = this.connection
    const queue = await queues.open(this.id, environment)
    if (this.isClosed) return queue.close()
    this.goOn(queue, initial)
    // Until it can be sent, it is left to a page that opens the document, and shows it.
    const orphans$ = line.changed.pipe(
      startWith(undefined),
      map(() => line.status.state === 'live'),
      distinctUntilChanged(),
      switchMap((isLive) => (isLive ? queues.orphans(this.id, environment, this.#damaged) : EMPTY)),
    )
    this.held.add(orphans$.subscribe((orphan) => this.held.add(this.#sendFor(orphan))))
  }

  /** Begins with a queue, and keeps it from now on. */
  protected goOn(queue: Queue, initial: T | undefined): void {
    const { kept, notices, troubles } = queue
    this.#queue = queue
    this.client = queue.client
    this.keptOf = (entry) => queue.keptOf(entry)
    this.ring.hold(() => {
      if (kept) for (const entry of kept.pending) this.replica.pending.push(entry)
      queue.follow({
        replica: this.replica,
        standing: this.standing,
        outbox: this.outbox,
        failed: (trouble) => this.troubled(trouble),
        lost: (commands) => this.#giveAway(commands),
      })
      if (kept) {
        const { document, completions, position, sentFrom } = kept
        this.outbox.resume(queue.seq, sentFrom)
        this.load({ snapshot: { commandCount: position.count - completions.length, document }, completions }, position)
      }
      for (const trouble of troubles) this.troubled(trouble)
      for (const notice of notices) this.tell(this.syncs, notice)
      this.begin(kept ? undefined : initial)
    })
    this.held.add(this.moved.subscribe(() => queue.moved(false)))
  }

  override dismiss(notice: string): void {
    this.#queue?.dismiss(notice)
  }

  /** Names an outcome, and keeps it until it is dismissed. */
  protected override report(outcome: RefusedEvent): void {
    const named = { ...outcome, client: this.client }
    this.announce(this.#queue ? { ...named, notice: this.#queue.note(named) } : named)
  }

  protected announce(outcome: RefusedEvent): void {
    super.report(outcome)
  }

  protected troubled(trouble: Trouble): void {
    this.tell(this.syncs, { type: 'storage', ...trouble })
  }

  /** Damage is told once, to whoever comes upon it first; what else is wrong is told of the own queue. */
  readonly #damaged = (trouble: Trouble): void => {
    if (trouble.code === 'storage_damaged') this.troubled(trouble)
  }

  protected override integrate(...args: Parameters<ConnectedProxy<T>['integrate']>): Integrated {
    const integrated = super.integrate(...args)
    this.#queue?.moved(true)
    return integrated
  }

  protected override confirmed(completions: readonly Completed[], position: Position): void {
    this.#queue?.confirmed(completions, position)
  }

  protected override replaced(): void {
    this.#queue?.replaced()
  }

  protected override regressed(): void {
    const { position } = this.standing
    if (position) this.#queue?.setAside({ document: this.replica.exposeConfirmed(), position })
  }

  /** A command is kept with its number before it is sent. */
  protected override whenKept(send: () => void): void {
    this.#whenWritten(false, send)
  }

  protected override whenCertain(act: () => void): void {
    this.#whenWritten(true, act)
  }

  #whenWritten(isCertain: boolean, act: () => void): void {
    void this.#queue?.written(isCertain).then((isWritten) => {
      if (isWritten && !this.isClosed) act()
    })
  }

  protected override rename(): void {
    super.rename()
    this.#queue?.renew(this.client)
  }

  /** What is kept is kept as it stands until it is written. */
  protected override abandon(pending: readonly Pending[]): void {
    void this.letGo(this.#queue, pending.length === 0)?.then(() => {
      for (const entry of pending) entry.settle(left)
    })
  }

  protected letGo(queue: Queue | undefined, _isEmpty: boolean): Promise<void> | undefined {
    return queue?.close()
  }

  /** Another has the queue now, and sends the first of what is pending; the rest it does not know. */
  #giveAway(commands: number): void {
    this.ring.hold(() => {
      const { pending } = this.replica
      const given = pending.slice(0, commands)
      // What was numbered and not kept was not sent.
      for (const entry of pending.slice(commands)) entry.seq = 0
      this.integrate({ completions: [], leave: commands })
      for (const entry of given) entry.settle({ type: 'unknown', reason: 'Another page or process sends it.' })
      this.tell(this.syncs, { type: 'taken_over', commands })
      this.rename()
    })
  }

  /** Sends what was found waiting under its own name, over a line of its own. */
  #sendFor(queue: Queue): Subscription {
    const { anotherLine, ...connection } = this.connection
    const line = anotherLine()
    const left = () => line.close()
    const heir = { announce: (outcome: RefusedEvent) => this.announce(outcome), troubled: this.#damaged }
    const orphan = new Orphan({ ...connection, anotherLine, line, left }, {}, heir)
    orphan.send(queue)
    return new Subscription(() => orphan.close())
  }
}

/** Who is told what comes of what somebody left. */
interface Heir {
  announce(outcome: RefusedEvent): void
  troubled(trouble: Trouble): void
}

/** What somebody left, until it is sent. */
class Orphan extends KeptProxy {
  readonly #heir: Heir

  constructor(connection: Connection, options: OpenOptions<object>, heir: Heir) {
    super(connection, options)
    this.#heir = heir
  }

  send(queue: Queue): void {
    this.goOn(queue, undefined)
    this.saved$.pipe(first((isSaved) => isSaved, false)).subscribe(() => this.close())
  }

  /** Told where somebody looks. */
  protected override announce(outcome: RefusedEvent): void {
    this.#heir.announce(outcome)
  }

  protected override troubled(trouble: Trouble): void {
    this.#heir.troubled(trouble)
  }

  protected override letGo(queue: Queue | undefined, isEmpty: boolean): Promise<void> | undefined {
    return queue?.close(isEmpty)
  }
}

const left: Settlement = {
  type: 'unknown',
  reason: 'The document was closed before the answer came. The command is kept, and goes when the document is opened.',
}
