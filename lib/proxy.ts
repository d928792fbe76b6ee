import { pathOf, withPath } from './document/actions/index.ts'
import { leadsThrough, type Path } from './document/path.ts'
import { Renames } from './document/renames.ts'
import { type Completed, unknownAction } from './document/replay.ts'
import { type Environment, realEnvironment } from './environment.ts'
import type { CommandCompletion, CompletionBatch, FlushResult, Interceptor, Snapshot, Sync } from './flushout.ts'
import { idSource } from './ids.ts'
import { LocalDocument } from './local-document.ts'
import type { Pending, Settlement } from './replica/pending.ts'
import { type Integrated, placeOf, Replica } from './replica/replica.ts'

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

  #settleFlush(inFlight: number, sync: Sync<T> | undefined): boolean {
    this.tell(this.syncs, { type: 'flushed', commands: inFlight })
    if (!sync) {
      this.settle(this.replica.confirm(inFlight))
      this.tell(this.moved, undefined)
      return false
    }
    const isRenamed = this.#followRenames(inFlight, sync.mappedPaths ?? {})
    const entries = this.replica.pending.slice(0, inFlight)
    const { renamed } = sync.isPartial
      ? this.#takeDiff(sync.diff.completions, entries)
      : this.#takeLatest(sync.latest, entries)
    this.tell(this.syncs, { type: 'synced', isPartial: sync.isPartial, commandCount: this.replica.confirmedCount })
    return isRenamed || renamed.length > 0 || !sync.isPartial
  }

  #takeLatest(snapshot: Snapshot<T>, entries: readonly Pending[]): Integrated {
    for (const entry of entries)
      entry.settle({ type: 'unknown', reason: 'The Master answered with its whole document.' })
    return this.integrate({ snapshot, completions: [], leave: entries.length })
  }

  /** Own commands are the end of the Master's diff, in order; one that is missing there was refused. */
  #takeDiff(diff: readonly CommandCompletion[], entries: readonly Pending[]): Integrated {
    const refused: Path[] = []
    let last = diff.length - 1
    for (const entry of [...entries].reverse()) {
      const own = diff[last]
      if (own && names(own) === names(completionOf(entry))) {
        last--
        this.settle([entry], rewritten(entry, own))
      } else {
        const place = placeOf(entry)
        if (place) refused.push(place)
        this.refuse('rejected', entry, 'rejected', 'The Master did not take it.')
      }
    }
    const completions = diff as readonly Completed[]
    return this.integrate({ completions, leave: entries.length, refused }, undefined, (i) => i > last)
  }

  /** Only the places of own creates are looked up, so that keys with commas cannot be mistaken. */
  #followRenames(inFlight: number, mappedPaths: Record<string, string[]>): boolean {
    const renames = new Renames()
    this.replica.pending.forEach((entry, i) => {
      const before = placeOf(entry)
      const path = renames.get(pathOf(entry.command))
      if (path) entry.command = withPath(entry.command, path)
      if (!before) return
      const moved = i < inFlight ? renamedTo(pathOf(entry.command), mappedPaths, before) : undefined
      if (moved !== undefined) entry.createdId = moved
      if (renames.note(before, placeOf(entry) as Path)) {
        this.tell(this.syncs, { type: 'renamed', path: before, id: entry.createdId as string })
      }
    })
    return renames.moves.length > 0
  }
}

/** The new id of a create at `before` whose parent is at `path` now. */
function renamedTo(path: Path, mappedPaths: Record<string, string[]>, before: Path): string | undefined {
  const place = before.join(',')
  const moved = Object.hasOwn(mappedPaths, place) ? (mappedPaths[place] as string[]) : []
  const isThis = moved.length === path.length + 1 && leadsThrough(moved, path)
  return isThis ? moved[path.length] : undefined
}

function rewritten(entry: Pending, { command, createdId }: CommandCompletion): Settlement | undefined {
  const { props } = command as { props?: unknown }
  if (JSON.stringify(props) === JSON.stringify((entry.command as { props?: unknown }).props)) return undefined
  return { type: 'rewritten', props, ...(createdId !== undefined && { createdId }) }
}

const names = ({ command, createdId }: CommandCompletion): string =>
  JSON.stringify([command.action, command.path ?? [], createdId])

const completionOf = ({ command, createdId }: Completed): CommandCompletion =>
  (createdId === undefined ? { command } : { command, createdId }) as CommandCompletion
