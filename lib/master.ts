import { defer, distinctUntilChanged, map, type Observable, Subject, startWith } from 'rxjs'
import type { Bounds } from './document/json.ts'
import type { Completed } from './document/replay.ts'
import { type Environment, realEnvironment } from './environment.ts'
import { MillraceError, messageOf } from './errors.ts'
import type { CommandEvent, Origin } from './events.ts'
import type {
  ApplyResult,
  Command,
  CommandAction,
  CommandCompletion,
  CompletionBatch,
  CompletionError,
  HistoryProvider,
  Interceptor,
  Snapshot,
  Sync,
} from './flushout.ts'
import { idSource } from './ids.ts'
import { type Judged, judge } from './judge.ts'
import { defaultLimits } from './protocol/limits.ts'
import { isBatch } from './protocol/parse.ts'
import { Replica } from './replica/replica.ts'

/** How a Master judges, and what it looks up. */
export interface MasterConfig<T extends object, C> {
  /** Gives the completions between two counts, so that a Proxy need not be sent the whole document. */
  historyProvider?: HistoryProvider
  /** Lets commands pass, changes their props or rejects them. */
  interceptor?: Interceptor<T, C>
  /** Ids that count up instead of random ones, for tests. */
  sequentialIds?: boolean
  /** Chance. @default the real one */
  environment?: Environment
}

/** What happens at a Master. Values, never errors. */
export type MasterEvent =
  /** A flush was applied: where it began, how many of its commands were taken and how many refused. */
  | { readonly type: 'applied'; readonly from: number; readonly commands: number; readonly rejected: number }
  /** The history provider failed: the Proxy gets the whole document instead. */
  | { readonly type: 'history_failed'; readonly reason: string }
  /** The history no longer holds what this Master has; it answers no more. */
  | { readonly type: 'lost_history'; readonly commandCount: number }

/**
 * The document that all Proxies follow: it puts their commands in one order, checks them and may rewrite them. Drop-in
 * for flushout's Master. The snapshot is taken as it is and must not be changed afterwards.
 */
export class Master<T extends object = object, C = unknown> {
  /** The confirmed document: now, and after each flush that changed it. Completes on close. */
  readonly document$: Observable<T>
  /** Each confirmed command, in order. Hot; nothing is replayed. */
  readonly commands$: Observable<CommandEvent>
  /** What happens here. Hot; nothing is replayed. */
  readonly sync$: Observable<MasterEvent>

  protected readonly replica: Replica
  protected readonly bounds: Bounds = defaultLimits
  protected readonly events = new Subject<MasterEvent>()
  readonly #commands = new Subject<CommandEvent>()
  readonly #confirmed = new Subject<void>()
  readonly #historyProvider: HistoryProvider | undefined
  readonly #interceptor: Interceptor<T, C> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(snapshot: Snapshot<T>, config: MasterConfig<T, C> = {}, replica?: Replica) {
    const ids = idSource(config.sequentialIds, config.environment ?? realEnvironment)
    this.replica = replica ?? new Replica(snapshot, ids)
    this.#historyProvider = config.historyProvider
    this.#interceptor = config.interceptor
    this.document$ = defer(() =>
      this.#confirmed.pipe(
        startWith(undefined),
        map(() => this.replica.exposeConfirmed() as T),
        distinctUntilChanged(),
      ),
    )
    this.commands$ = this.#commands.asObservable()
    this.sync$ = this.events.asObservable()
  }

  /** The confirmed document and its count. It never changes afterwards. */
  getSnapshot(): Snapshot<T> {
    return { commandCount: this.replica.confirmedCount, document: this.replica.exposeConfirmed() as T }
  }

  /**
   * Applies a flush. The document has changed when this returns, in the order of the calls; the promise brings what was
   * applied, what was refused, and what the sending Proxy needs. A batch is applied as often as it comes.
   */
  apply(batch: CompletionBatch, context?: C): Promise<ApplyResult<T>> {
    if (!isBatch(batch)) return Promise.reject(noFlush())
    const from = this.replica.confirmedCount
    const { judged, isChanged } = this.#judge(batch, context)
    this.replica.confirm(judged.taken.length)
    this.tellConfirmed(judged.taken, from, judged.errors.length)
    const applied: CompletionBatch = { from, completions: judged.taken as unknown as CommandCompletion[] }
    const answer = this.#turn.then(async (): Promise<ApplyResult<T>> => {
      const sync = isChanged || batch.from !== from ? await this.#syncFor(batch.from, applied, judged) : undefined
      return { applied, ...(sync && { sync }), ...errorsOf(judged) }
    })
    this.#turn = answer
    return answer
  }

  /** Ends every stream. Idempotent. */
  close(): void {
    this.#confirmed.complete()
    this.#commands.complete()
    this.events.complete()
  }

  /** Tells observers what is confirmed now. */
  protected tellConfirmed(
    taken: readonly Completed[],
    from: number,
    rejected: number,
    origins?: readonly Origin[],
  ): void {
    this.replica.ring.post(() => {
      if (taken.length > 0) this.#confirmed.next()
      if (this.#commands.observed) {
        taken.forEach((completion, i) => {
          const origin = origins?.[i]
          this.#commands.next({ ...(completion as CommandCompletion), isLocal: false, ...(origin && { origin }) })
        })
      }
      this.events.next({ type: 'applied', from, commands: taken.length, rejected })
    })
  }

  #judge(batch: CompletionBatch, context: C | undefined): { judged: Judged; isChanged: boolean } {
    const judged = judge(this.replica, {
      completions: batch.completions,
      after: 0,
      interceptor: this.#interceptor,
      context,
      bounds: this.bounds,
    })
    const isChanged = judged.errors.length + judged.renamed.length + (judged.outcome.rewritten?.length ?? 0) > 0
    return { judged, isChanged }
  }

  async #syncFor(from: number, applied: CompletionBatch, { renamed, outcome }: Judged): Promise<Sync<T>> {
    const answer = { mappedPaths: mappedPathsOf(renamed), outcome }
    const lacking = from === applied.from ? [] : await this.#lookUp(from, applied.from)
    if (lacking?.length !== applied.from - from) return { isPartial: false, ...answer, latest: this.getSnapshot() }
    return { isPartial: true, ...answer, diff: { from, completions: lacking.concat(applied.completions) } }
  }

  async #lookUp(from: number, to: number): Promise<CommandCompletion[] | undefined> {
    try {
      return await this.#historyProvider?.(from, to)
    } catch (error) {
      this.events.next({ type: 'history_failed', reason: messageOf(error) })
      return undefined
    }
  }
}

export const noFlush = (): MillraceError => new MillraceError('invalid_message', 'A flush is {from, completions}.')

export const mappedPathsOf = (renamed: Judged['renamed']): Record<string, string[]> =>
  Object.fromEntries(renamed.map(({ before, after }) => [before.join(','), [...after]]))

export function errorsOf({ errors }: Judged): { errors?: CompletionError[] } {
  if (errors.length === 0) return {}
  return {
    errors: errors.map(({ command, reason }) => ({
      action: (command as Command).action as CommandAction,
      path: (command as Command).path ?? [],
      errorMessage: reason,
    })),
  }
}
