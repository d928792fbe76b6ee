import { pathOf, withPath } from './document/actions/index.ts'
import { LostPlaces } from './document/lost-places.ts'
import type { Path } from './document/path.ts'
import { Renames } from './document/renames.ts'
import { type Completed, completionOf, unknownAction } from './document/replay.ts'
import { type Environment, realEnvironment } from './environment.ts'
import type {
  CommandCompletion,
  CompletionBatch,
  FlushOutcome,
  FlushResult,
  Interceptor,
  Snapshot,
  Sync,
} from './flushout.ts'
import { idSource } from './ids.ts'
import { LocalDocument } from './local-document.ts'
import type { Pending, Settlement } from './replica/pending.ts'
import { placeOf, Replica } from './replica/replica.ts'

/** How a Proxy judges and names. */
export interface ProxyConfig<T extends object> {
  /** Lets commands pass, changes their props or rejects them, before they are applied here. */
  interceptor?: Interceptor<T, never>
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
    super(
      new Replica(snapshot, idSource(config.sequentialIds, config.environment ?? realEnvironment)),
      config.interceptor,
    )
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
    if (this.ring.isHeld) throw new TypeError('A batch is under way, which may still be undone: flush after it.')
    const { pending, confirmedCount } = this.replica
    this.#inFlight = pending.length
    this.tell(this.syncs, { type: 'flush_begun', from: confirmedCount, commands: pending.length })
    return { from: confirmedCount, completions: pending.map(completionOf) as CommandCompletion[] }
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
    const error = sync?.isPartial ? this.#misfit(sync.diff) : undefined
    if (error !== undefined) return { idsChanged: false, error }
    this.#inFlight = undefined
    return { idsChanged: this.ring.hold(() => this.#settleFlush(inFlight, sync)) }
  }

  #misfit({ from, completions }: CompletionBatch): string | undefined {
    const { confirmedCount } = this.replica
    if (from !== confirmedCount)
      return `The sync begins at ${from}, this proxy stands at ${confirmedCount}: ask for a full one.`
    return unknownAction(completions as readonly Completed[])
  }

  /** @returns whether ids may have changed: a Master names paths wherever it sends a sync */
  #settleFlush(inFlight: number, sync: Sync<T> | undefined): boolean {
    this.tell(this.syncs, { type: 'flushed', commands: inFlight })
    if (!sync) {
      this.settle(this.replica.confirm(inFlight))
      this.tell(this.moved, undefined)
      return false
    }
    this.#followRenames(inFlight, sync)
    const entries = this.replica.pending.slice(0, inFlight)
    const refused = this.#settleEach(entries, sync.outcome)
    const { dropped, renamed } = this.integrate(
      {
        completions: sync.isPartial ? (sync.diff.completions as readonly Completed[]) : [],
        leave: inFlight,
        refused,
        ...(!sync.isPartial && { snapshot: sync.latest }),
      },
      undefined,
      isOwnIn(sync, inFlight),
    )
    this.tell(this.syncs, { type: 'synced', isPartial: sync.isPartial, commandCount: this.replica.confirmedCount })
    return !sync.isPartial || sync.mappedPaths !== undefined || dropped.length + renamed.length > 0
  }

  /** What waits behind a renamed create goes by its new id from now on. */
  #followRenames(inFlight: number, { outcome, mappedPaths = {} }: Sync<T>): void {
    const ids = new Map(outcome?.renamed?.map(({ seq, id }) => [seq, id]))
    const renames = new Renames()
    this.replica.pending.forEach((entry, i) => {
      const before = placeOf(entry)
      const path = renames.get(pathOf(entry.command))
      if (path) entry.command = withPath(entry.command, path)
      if (!before) return
      const isAnswered = i < inFlight
      const id = isAnswered ? (outcome ? ids.get(i + 1) : idFrom(mappedPaths, before)) : undefined
      if (id !== undefined) entry.createdId = id
      if (renames.note(before, placeOf(entry) as Path)) {
        this.tell(this.syncs, { type: 'renamed', path: before, id: entry.createdId as string })
      }
    })
  }

  /** Tells each what became of it; a Master that does not say leaves it open. @returns where creates were refused */
  #settleEach(entries: readonly Pending[], outcome: FlushOutcome | undefined): readonly Path[] {
    const rejected = new Map(outcome?.rejected?.map((item) => [item.seq, item]))
    const rewritten = new Map(outcome?.rewritten?.map((item) => [item.seq, item]))
    const refused = new LostPlaces()
    entries.forEach((entry, i) => {
      const place = placeOf(entry)
      const refusal = rejected.get(i + 1)
      const change = rewritten.get(i + 1)
      if (place) refused.found(place)
      if (place && refusal) refused.add(place)
      if (refusal) this.refuse('rejected', entry, refusal.code, refusal.reason)
      else if (!outcome) entry.settle({ type: 'unknown', reason: 'The Master answered without an outcome.' })
      else this.settle([entry], change && asRewritten(entry, change.props))
    })
    return refused.all
  }
}

const asRewritten = ({ createdId }: Pending, props: unknown): Settlement => ({
  type: 'rewritten',
  props,
  ...(createdId !== undefined && { createdId }),
})

/** Own commands are the end of the Master's diff; those that were refused are not in it. */
function isOwnIn(sync: Sync<object>, inFlight: number): (index: number) => boolean {
  if (!sync.isPartial || !sync.outcome) return () => false
  const taken = inFlight - (sync.outcome.rejected?.length ?? 0)
  const first = sync.diff.completions.length - taken
  return (index) => index >= first
}

/** The new id of a create, where its Master names it by path alone. */
function idFrom(mappedPaths: Record<string, string[]>, before: Path): string | undefined {
  const place = before.join(',')
  const moved = Object.hasOwn(mappedPaths, place) ? (mappedPaths[place] as string[]) : []
  return moved.length === before.length ? moved[moved.length - 1] : undefined
}
