import type { Completed } from '../document/replay.ts'
import type { Context } from '../documents.ts'
import type { ApplyResult, CommandCompletion, CompletionBatch } from '../flushout.ts'
import { errorsOf, Master } from '../master.ts'
import type { Turns } from './turns.ts'

/** How a host writes: as one client among others, its flushes numbered in the order of the calls. */
export interface HostWriter {
  readonly client: string
  /** Takes so many numbers of the ones it uses for a subject. @returns the one before the first of them */
  take(commands: number, subject: string): number
}

/**
 * A document that a host serves, for server code: a Master whose flushes take turns with those of all clients, and whose
 * promises resolve when the history has them. It counts as one who holds the document open until it is closed.
 */
export class HostedMaster<T extends object, C extends Context = Context> extends Master<T, C> {
  readonly #turns: Turns<T, C>
  readonly #writer: HostWriter
  readonly #release: () => void

  /** @internal */
  constructor(turns: Turns<T, C>, writer: HostWriter, release: () => void) {
    super({ commandCount: 0, document: {} as T }, {}, turns.replica)
    this.#turns = turns
    this.#writer = writer
    const following = turns.published$.subscribe({
      next: ({ batch }) => {
        const rejected = new Set(batch.outcome.rejected?.map(({ seq }) => seq))
        const seqs = Array.from({ length: batch.last - batch.after }, (_, i) => batch.after + 1 + i)
        const origins = seqs.filter((seq) => !rejected.has(seq)).map((seq) => ({ client: batch.client, seq }))
        this.tellConfirmed(batch.completions as readonly Completed[], batch.from, rejected.size, origins)
      },
      error: () => {
        this.events.next({ type: 'lost_history', commandCount: this.replica.confirmedCount })
        this.close()
      },
    })
    this.#release = () => {
      following.unsubscribe()
      release()
    }
  }

  /** Applies a flush in its turn. `context` names who it is done for; without one it is the host itself. */
  override async apply(batch: CompletionBatch, context: C = { subject: 'host' } as C): Promise<ApplyResult<T>> {
    const { completions } = batch
    const from = this.replica.confirmedCount
    if (completions.length === 0) return { applied: { from, completions: [] }, ...this.#syncFor(batch.from, from) }
    const after = this.#writer.take(completions.length, context.subject)
    const answer = await this.#turns.submit({ client: this.#writer.client, context, after, completions })
    if (answer.type !== 'taken') return { applied: { from, completions: [] }, sync: { isPartial: false, latest: this.getSnapshot() } }
    const { judged, batch: taken } = answer
    const isChanged = judged.errors.length + (taken.outcome.rewritten?.length ?? 0) + judged.renamed.length > 0
    return {
      applied: { from: taken.from, completions: judged.taken as unknown as CommandCompletion[] },
      ...(isChanged || batch.from !== taken.from ? this.#syncFor(-1, taken.from) : {}),
      ...errorsOf(judged),
    }
  }

  /** Ends its streams and lets go of the document; the host closes it when nobody else holds it. Idempotent. */
  override close(): void {
    super.close()
    this.#release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #syncFor(from: number, stands: number): Pick<ApplyResult<T>, 'sync'> {
    return from === stands ? {} : { sync: { isPartial: false, latest: this.getSnapshot() } }
  }
}

