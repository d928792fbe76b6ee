import type { Completed } from './document/replay.ts'
import { type Environment, realEnvironment } from './environment.ts'
import type { CommandCompletion, CompletionBatch, FlushResult, Interceptor, Snapshot, Sync } from './flushout.ts'
import { idSource } from './ids.ts'
import { LocalDocument } from './local-document.ts'
import type { Pending } from './replica/pending.ts'
import { follow, placeOf, Replica } from './replica/replica.ts'

/** How a Proxy judges and names. */
export interface ProxyConfig<T extends object> {
  /** Lets commands pass, changes their props or rejects them, before they are applied here. */
  interceptor?: Interceptor<T>
  /** Ids that count up instead of random ones, for tests. */
  sequentialIds?: boolean
  /** Chance. @default the real one */
  environment?: Environment
}

/**
 * A local copy of a Master's document that is edited without delay, and flushed by hand: `beginFlush`, send the batch,
 * `endFlush` with the Master's answer. Drop-in for flushout's Proxy.
 *
 * The snapshot is taken as it is and must not be changed afterwards.
 */
export class DocumentProxy<T extends object = object> extends LocalDocument<T> {
  /** How many of the first pending commands are on their way. */
  #inFlight: number | undefined

  constructor(snapshot: Snapshot<T>, config: ProxyConfig<T> = {}) {
    super(new Replica(snapshot, idSource(config.sequentialIds, config.environment ?? realEnvironment)), config.interceptor)
  }

  override get isLoaded(): boolean {
    return true
  }

  /**
   * The commands that the Master does not have, as one batch. What is applied from now on goes with the next. Throws
   * while another flush is under way.
   */
  beginFlush(): CompletionBatch {
    if (this.#inFlight !== undefined) throw new TypeError('A flush is already in progress: end or cancel it first.')
    const { pending, confirmedCount } = this.replica
    this.#inFlight = pending.length
    this.tell(this.syncs, { type: 'flush_begun', from: confirmedCount, commands: pending.length })
    return { from: confirmedCount, completions: pending.map(completionOf) }
  }

  /** Whether a flush was begun and neither ended nor cancelled. */
  isFlushInProgress(): boolean {
    return this.#inFlight !== undefined
  }

  /** Whether there are commands that the next flush would send. */
  hasUnflushedCommands(): boolean {
    return this.replica.pending.length > (this.#inFlight ?? 0)
  }

  /** Puts the commands of a flush that did not reach the Master back in front of the queue. */
  cancelFlush(_flush?: CompletionBatch): void {
    if (this.#inFlight === undefined) return
    this.tell(this.syncs, { type: 'flush_cancelled', commands: this.#inFlight })
    this.#inFlight = undefined
  }

  /**
   * Ends a flush with what the Master answered; without a sync its commands were taken as they are. With an `error` in
   * the result nothing was done.
   */
  endFlush(sync?: Sync<T>): FlushResult {
    const inFlight = this.#inFlight
    if (inFlight === undefined) return { idsChanged: false, error: 'No flush in progress' }
    if (sync?.isPartial && sync.diff.from !== this.replica.confirmedCount) {
      const error = `The sync begins at ${sync.diff.from}, this proxy stands at ${this.replica.confirmedCount}: ask for a full one.`
      return { idsChanged: false, error }
    }
    this.#inFlight = undefined
    return { idsChanged: this.ring.hold(() => this.#settleFlush(inFlight, sync)) }
  }

  #settleFlush(inFlight: number, sync: Sync<T> | undefined): boolean {
    this.tell(this.syncs, { type: 'flushed', commands: inFlight })
    if (!sync) {
      this.settle(this.replica.confirm(inFlight))
      this.tell(this.moved, undefined)
      return false
    }
    const entries = this.replica.pending.slice(0, inFlight)
    let idsChanged = this.#followRenames(entries, sync.mappedPaths ?? {})
    if (sync.isPartial) this.#answerFrom(sync.diff.completions, entries)
    else for (const entry of entries) entry.settle({ type: 'unknown', reason: 'The Master answered with its whole document.' })
    const { renamed } = this.integrate({
      completions: sync.isPartial ? (sync.diff.completions as readonly Completed[]) : [],
      leave: inFlight,
      ...(!sync.isPartial && { snapshot: sync.latest }),
    })
    if (renamed.length > 0 || !sync.isPartial) idsChanged = true
    this.tell(this.syncs, { type: 'synced', isPartial: sync.isPartial, commandCount: this.replica.confirmedCount })
    return idsChanged
  }

  /** Only the places of own creates are looked up, so that keys with commas cannot be mistaken. */
  #followRenames(entries: readonly Pending[], mappedPaths: Record<string, string[]>): boolean {
    let any = false
    entries.forEach((entry, i) => {
      const place = placeOf(entry)
      const moved = place && Object.hasOwn(mappedPaths, place.join(',')) && mappedPaths[place.join(',')]
      if (!place || !moved) return
      any = true
      entry.createdId = moved[moved.length - 1] as string
      follow(this.replica.pending, i + 1, place, moved)
      this.tell(this.syncs, { type: 'renamed', path: place, id: entry.createdId })
    })
    return any
  }

  /** Own commands are the end of the Master's diff, in order; one that is missing there was refused. */
  #answerFrom(diff: readonly CommandCompletion[], entries: readonly Pending[]): void {
    let last = diff.length - 1
    for (const entry of [...entries].reverse()) {
      const own = diff[last]
      if (own && names(own) === names(completionOf(entry))) {
        last--
        const { props } = own.command as { props?: unknown }
        if (JSON.stringify(props) === JSON.stringify((entry.command as { props?: unknown }).props)) this.settle([entry])
        else this.settle([entry], { type: 'rewritten', props, ...(own.createdId !== undefined && { createdId: own.createdId }) })
      } else {
        this.refuse('rejected', entry, 'rejected', 'The Master did not take it.')
      }
    }
  }
}

const names = ({ command, createdId }: CommandCompletion): string => JSON.stringify([command.action, command.path ?? [], createdId])

const completionOf = ({ command, createdId }: Completed): CommandCompletion =>
  (createdId === undefined ? { command } : { command, createdId }) as CommandCompletion
