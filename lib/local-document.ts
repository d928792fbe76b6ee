import { distinctUntilChanged, map, type Observable, Subject, startWith } from 'rxjs'
import { type Applied, Done, Failed, type KeptOf } from './applied.ts'
import { type At, cursorsOf } from './cursor.ts'
import { Deletions } from './deletions.ts'
import type { KeptCommand } from './document/actions/action.ts'
import { keepCommand, pathOf, spelling, withProps } from './document/actions/index.ts'
import type { Bounds } from './document/json.ts'
import { root } from './document/path.ts'
import { Refusal } from './document/refusal.ts'
import type { Completed } from './document/replay.ts'
import type { Checked, PathOf, ValueAt } from './document/typed-path.ts'
import type { CommandEvent, Origin, RefusedEvent, SyncEvent } from './events.ts'
import type { Command, Interceptor } from './flushout.ts'
import { intercept } from './judge.ts'
import { defaultLimits } from './protocol/limits.ts'
import type { Pending, Settlement } from './replica/pending.ts'
import type { Change, Integrated, Replica } from './replica/replica.ts'
import { valueStream } from './streams.ts'

/**
 * A document that is edited here without delay: what a manual Proxy and a connected one have in common. How its commands
 * reach the Master is theirs.
 */
export abstract class LocalDocument<T extends object> {
  /** The document: now, then after each change, synchronously with `apply`; once for a `batch`, once for a whole sync. */
  readonly document$: Observable<T>
  /** Each command as it is applied here, local or remote. Hot; nothing is replayed. */
  readonly commands$: Observable<CommandEvent>
  /** What happens between here and the Master. Hot; nothing is replayed. */
  readonly sync$: Observable<SyncEvent>
  /** How many commands the Master has not answered for. Replays the latest. */
  readonly pending$: Observable<number>
  /** Whether there is none. Replays the latest. */
  readonly saved$: Observable<boolean>
  /** A typed place in the document. */
  readonly at: At<T>

  protected readonly replica: Replica
  protected bounds: Bounds = defaultLimits
  protected readonly commands = new Subject<CommandEvent>()
  protected readonly syncs = new Subject<SyncEvent>()
  protected readonly closed = new Subject<never>()
  protected readonly moved = new Subject<void>()
  protected isClosed = false
  /** How a command is kept, where there is a storage. */
  protected keptOf: KeptOf | undefined
  readonly #interceptor: Interceptor<T, never> | undefined
  readonly #deletions = new Deletions()

  protected constructor(replica: Replica, interceptor: Interceptor<T, never> | undefined) {
    this.replica = replica
    this.#interceptor = interceptor
    const document = this
    const observed = {
      replica,
      get isLoaded() {
        return document.isLoaded
      },
      closed$: this.closed,
      apply: (command: Command) => this.apply(command),
    }
    this.document$ = valueStream<T>(observed, root)
    this.commands$ = this.commands.asObservable()
    this.sync$ = this.syncs.asObservable()
    this.pending$ = this.stateOf(() => this.replica.pending.length)
    this.saved$ = this.stateOf(() => this.replica.pending.length === 0)
    this.at = cursorsOf<T>(observed)
  }

  /** Whether there is a document yet. */
  abstract get isLoaded(): boolean

  /** The document now. It never changes afterwards: the next commands go to copies of what they touch. */
  getDocument(): T {
    return (this.isLoaded ? this.replica.tree.expose(root) : undefined) as T
  }

  /** Confirmed and pending commands together. Falls when a pending command is refused. */
  getCommandCount(): number {
    return this.replica.commandCount
  }

  /** One part of the document, looking at that path alone, or what `fn` makes of it: now and when it changed. */
  select<P extends PathOf<T>>(...path: Checked<T, P>): Observable<ValueAt<T, P> | undefined>
  select<P extends PathOf<T>, R>(...args: [...Checked<T, P>, (value: ValueAt<T, P> | undefined) => R]): Observable<R>
  select(...args: unknown[]): Observable<unknown> {
    const fn = args[args.length - 1]
    if (typeof fn !== 'function') return this.at.path(args as string[]).value$
    return this.at.path(args.slice(0, -1) as string[]).value$.pipe(
      map((value) => fn(value) as unknown),
      distinctUntilChanged(),
    )
  }

  /** Applies a command here, at once; it reaches the Master later. Never throws for what the command holds. */
  apply(command: Command): Applied {
    if (this.isClosed) return new Failed('closed', 'This document was closed: open it again.')
    if (!this.isLoaded) {
      return new Failed('not_loaded', 'The document is not loaded yet: wait for `loaded`, or open it with { initial }.')
    }
    const kept = this.#judge(command)
    if (kept instanceof Failed) return kept
    this.ring.enter()
    try {
      return this.#applyKept(kept)
    } finally {
      this.ring.leave()
    }
  }

  /** Applies what `fn` does as one change: observers are told once. If it throws, all of it is undone. */
  batch<R>(fn: () => R): R {
    return this.ring.hold(() => {
      const before = this.replica.pending.length
      try {
        return fn()
      } catch (error) {
        for (const entry of this.replica.retract(before)) {
          entry.settle(undone)
        }
        this.tell(this.moved, undefined)
        throw error
      }
    })
  }

  /** Ends every stream. Idempotent. What is pending stays unsent. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const subject of [this.closed, this.moved, this.commands, this.syncs]) subject.complete()
  }

  /** The same as `close`. */
  [Symbol.dispose](): void {
    this.close()
  }

  protected get ring(): Replica['ring'] {
    return this.replica.ring
  }

  /** A state that is derived from the replica: replays the latest, completes with the document. */
  protected stateOf<V>(read: () => V): Observable<V> {
    return this.moved.pipe(startWith(undefined), map(read), distinctUntilChanged())
  }

  protected tell<V>(subject: Subject<V>, value: V): void {
    if (subject.observed) this.ring.post(() => subject.next(value))
  }

  /**
   * Takes over what the Master has, and tells everybody what that did to the commands made here. Own commands among the
   * completions were told when they were applied.
   */
  protected integrate(
    change: Change,
    origin?: (index: number) => Origin | undefined,
    isOwn: (index: number) => boolean = () => false,
  ): Integrated {
    return this.ring.hold(() => {
      const integrated = this.replica.integrate(change)
      const { dropped, renamed } = integrated
      const first = this.replica.confirmedCount - change.completions.length
      change.completions.forEach((completion, i) => {
        if (!isOwn(i)) this.#tellRemote(completion, first + i + 1, origin?.(i))
      })
      for (const { place, id } of renamed) this.tell(this.syncs, { type: 'renamed', path: place, id })
      for (const { entry, refusal } of dropped) {
        if (refusal === 'depends') this.refuse('dropped', entry, 'depends', 'What it was made under was refused.')
        else this.refuse('dropped', entry, refusal.code, this.#explain(refusal, entry.command))
      }
      this.tell(this.moved, undefined)
      return integrated
    })
  }

  protected refuse(type: 'dropped' | 'rejected' | 'unknown', entry: Pending, code: string, reason: string): void {
    entry.settle(type === 'unknown' ? { type, reason } : { type, code, reason })
    this.report({ type, command: entry.command as Command, code, reason, seq: entry.seq })
  }

  protected report(outcome: RefusedEvent): void {
    this.tell(this.syncs, outcome)
  }

  protected settle(entries: readonly Pending[], settlement?: Settlement): void {
    for (const entry of entries) entry.settle(settlement ?? confirmed(entry))
  }

  #judge(command: Command): KeptCommand | Failed {
    const kept = keepCommand(command, this.bounds)
    if (kept instanceof Refusal) return failed(kept)
    const verdict = intercept(this.#interceptor, this.replica.tree.at(root) as T, kept, undefined)
    if (!verdict) return kept
    if ('code' in verdict) return new Failed(verdict.code, verdict.reason)
    const changed = withProps(kept, verdict.props, this.bounds)
    return changed instanceof Refusal ? failed(changed) : changed
  }

  #applyKept(command: KeptCommand): Applied {
    const entry = this.replica.apply(command)
    if (entry instanceof Refusal) return new Failed(entry.code, this.#explain(entry, command))
    this.#deletions.forget(entry)
    if (this.commands.observed) this.#tellApplied(entry)
    this.tell(this.moved, undefined)
    return new Done(entry, this.keptOf)
  }

  #tellApplied(entry: Pending): void {
    const event = eventOf(entry, true, undefined)
    this.ring.post(() => {
      if (entry.settlement !== undone) this.commands.next(event)
    })
  }

  #tellRemote(completion: Completed, count: number, origin: Origin | undefined): void {
    this.#deletions.forget(completion)
    if (spelling(completion.command.action) === 'delete') this.#deletions.remember(pathOf(completion.command), count)
    if (this.commands.observed) this.tell(this.commands, eventOf(completion, false, origin))
  }

  #explain(refusal: Refusal, command: KeptCommand): string {
    if (refusal.code !== 'not_found') return refusal.message
    const count = this.#deletions.at(pathOf(command))
    return count === undefined
      ? refusal.message
      : `${refusal.message.slice(0, -1)}: it was deleted by another client at ${count}.`
  }
}

const failed = ({ code, message }: Refusal): Failed => new Failed(code, message)

const undone: Settlement = { type: 'dropped', code: 'rejected', reason: 'The batch that it was part of threw.' }
const plainlyConfirmed: Settlement = { type: 'confirmed' }

const confirmed = ({ createdId }: Pending): Settlement =>
  createdId === undefined ? plainlyConfirmed : { type: 'confirmed', createdId }

function eventOf({ command, createdId }: Completed, isLocal: boolean, origin: Origin | undefined): CommandEvent {
  return {
    command: command as Command,
    ...(createdId !== undefined && { createdId }),
    isLocal,
    ...(origin && { origin }),
  }
}
