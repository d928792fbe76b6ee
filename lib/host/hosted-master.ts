import { Subscription } from 'rxjs'
import { keepCommand } from '../document/actions/index.ts'
import type { Bounds } from '../document/json.ts'
import { Refusal } from '../document/refusal.ts'
import type { Completed } from '../document/replay.ts'
import type { Context } from '../documents.ts'
import { hasCode, MillraceError } from '../errors.ts'
import type { ApplyResult, Command, CommandCompletion, CompletionBatch } from '../flushout.ts'
import type { Judged } from '../judge.ts'
import { errorsOf, Master, mappedPathsOf, noFlush } from '../master.ts'
import { isBatch } from '../protocol/parse.ts'
import type { Turns } from './turns.ts'

/**
 * A document that a host serves, for server code: a Master whose flushes take turns with those of all clients, and whose
 * promises resolve when the history has them. It counts as one who holds the document open until it is closed.
 */
export class HostedMaster<T extends object, C extends Context = Context> extends Master<T, C> {
  readonly #turns: Turns<T, C>
  readonly #client: string
  readonly #held = new Subscription()

  /** @internal */
  constructor(turns: Turns<T, C>, client: string, release: () => void) {
    super({ commandCount: 0, document: {} as T }, {}, turns.replica)
    this.#turns = turns
    this.#client = client
    this.#held.add(release)
    this.#held.add(
      turns.published$.subscribe({
        next: ({ batch }) => {
          const rejected = new Set(batch.outcome.rejected?.map(({ seq }) => seq))
          const seqs = Array.from({ length: batch.last - batch.after }, (_, i) => batch.after + 1 + i)
          const origins = seqs.filter((seq) => !rejected.has(seq)).map((seq) => ({ client: batch.client, seq }))
          this.tellConfirmed(batch.completions as readonly Completed[], batch.from, rejected.size, origins)
        },
        error: (error) => {
          if (hasCode(error, 'regressed')) {
            this.events.next({ type: 'lost_history', commandCount: this.replica.confirmedCount })
          }
          this.close()
        },
      }),
    )
  }

  /**
   * Applies a flush in its turn. `context` names who it is done for; without one it is the host itself. Rejects with
   * `invalid_message`, `too_large`, `closed`, or `unavailable` where what became of it cannot be found out.
   */
  override async apply(batch: CompletionBatch, context: C = { subject: 'host' } as C): Promise<ApplyResult<T>> {
    if (this.#held.closed) throw new MillraceError('closed', 'This document was closed: open it again.')
    if (!isBatch(batch)) throw noFlush()
    const from = this.replica.confirmedCount
    if (batch.completions.length === 0)
      return { applied: { from, completions: [] }, ...this.#syncFor(batch.from, from) }
    const completions = batch.completions.map((completion) => copyOf(completion, this.bounds))
    const answer = await this.#turns.submit({ client: this.#client, by: context.subject, context, completions })
    if (answer.type !== 'taken')
      throw new MillraceError('unavailable', `What became of the flush is not known (${answer.type}).`)
    const { judged, batch: taken } = answer
    const applied = { from: taken.from, completions: judged.taken as unknown as CommandCompletion[] }
    const isChanged = judged.errors.length + (taken.outcome.rewritten?.length ?? 0) + judged.renamed.length > 0
    return {
      applied,
      ...(isChanged && this.#syncOf(applied, judged)),
      ...this.#syncFor(batch.from, taken.from),
      ...errorsOf(judged),
    }
  }

  /** Ends its streams and lets go of the document; the host closes it when nobody else holds it. Idempotent. */
  override close(): void {
    super.close()
    this.#held.unsubscribe()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #syncOf(diff: CompletionBatch, { renamed }: Judged): Pick<ApplyResult<T>, 'sync'> {
    return { sync: { isPartial: true, mappedPaths: mappedPathsOf(renamed), diff } }
  }

  #syncFor(from: number, stands: number): Pick<ApplyResult<T>, 'sync'> {
    return from === stands ? {} : { sync: { isPartial: false, latest: this.getSnapshot() } }
  }
}

/** Commands wait for their turn, and whoever made them may change them meanwhile. A bad one is refused when it is judged. */
function copyOf(completion: CommandCompletion, bounds: Bounds): CommandCompletion {
  const kept = keepCommand(completion.command, bounds)
  return kept instanceof Refusal ? completion : { ...completion, command: kept as Command }
}
