import type { Outcome } from './contracts/history.ts'
import type { KeptCommand } from './document/actions/action.ts'
import { keepCommand, pathOf, withPath, withProps } from './document/actions/index.ts'
import { type Bounds, checkKey, isObject } from './document/json.ts'
import { LostPlaces } from './document/lost-places.ts'
import { type Path, root } from './document/path.ts'
import { Refusal } from './document/refusal.ts'
import { Renames } from './document/renames.ts'
import { type Completed, completionOf } from './document/replay.ts'
import { messageOf } from './errors.ts'
import type { Command, Interceptor } from './flushout.ts'
import type { Pending } from './replica/pending.ts'
import type { Replica } from './replica/replica.ts'

/** What an interceptor wants done with a command; `undefined` lets it pass. */
export type Verdict =
  | { readonly props: unknown }
  | { readonly code: 'rejected' | 'interceptor_failed'; readonly reason: string }

/** Asks an interceptor. One that throws, or answers what it may not, rejects the command, and nothing else happens. */
export function intercept<T extends object, C>(
  interceptor: Interceptor<T, C> | undefined,
  document: T,
  command: KeptCommand,
  context: C | undefined,
): Verdict | undefined {
  if (!interceptor) return undefined
  try {
    const wish: unknown = interceptor(document, command as Command, context)
    if (!wish) return undefined
    if (isObject(wish) && 'rejection' in wish) return { code: 'rejected', reason: String(wish.rejection) }
    if (isObject(wish) && 'newProps' in wish) return { props: wish.newProps }
    // A promise may fail later, which nobody would hear.
    Promise.resolve(wish).catch(() => undefined)
    throw new TypeError('it must answer at once, with nothing, {newProps} or {rejection}.')
  } catch (error) {
    return { code: 'interceptor_failed', reason: `The interceptor failed: ${messageOf(error)}` }
  }
}

interface Submitted {
  readonly command: object
  readonly createdId?: string
}

/** One flush to be judged, as it came: nothing in it was checked beyond its shape. */
export interface Submission<T extends object, C> {
  readonly completions: readonly Submitted[]
  /** The seq that the first of them follows; 0 where they have none. */
  readonly after: number
  /** What the flush begins with and was taken before, and what became of it: the rest was made under it. */
  readonly before?: { readonly completions: readonly Submitted[]; readonly outcome: Outcome }
  readonly interceptor: Interceptor<T, C> | undefined
  readonly context: C | undefined
  readonly bounds: Bounds
  /** Why a command may not be applied, whatever it says. */
  readonly refusal?: (command: KeptCommand) => { readonly code: string; readonly reason: string } | undefined
}

export interface Judged {
  /** What was applied, as it was applied; pending in the replica until it is durable. */
  readonly taken: readonly Completed[]
  readonly outcome: Outcome
  /** Old and new places of the creates that were renamed. */
  readonly renamed: readonly { readonly before: Path; readonly after: Path }[]
  readonly errors: readonly { readonly command: object; readonly reason: string }[]
}

/**
 * Applies a flush to a Master's replica: interceptors asked, ids that are taken renamed with what was made under them,
 * what was made under a refused create refused with it.
 */
export function judge<T extends object, C>(replica: Replica, submission: Submission<T, C>): Judged {
  const { completions, after, before, bounds } = submission
  const taken: Completed[] = []
  const rejected: NonNullable<Outcome['rejected']>[number][] = []
  const rewritten: NonNullable<Outcome['rewritten']>[number][] = []
  const renamedIds: NonNullable<Outcome['renamed']>[number][] = []
  const errors: Judged['errors'][number][] = []
  const places = new Places()
  if (before) places.recall(before.completions, after - before.completions.length, before.outcome)

  completions.forEach(({ command: submitted, createdId }, i) => {
    const seq = after + 1 + i
    const refuse = (command: object, code: string, reason: string) => {
      rejected.push({ seq, code, reason })
      errors.push({ command, reason })
    }
    const kept = keepCommand(submitted, bounds)
    if (kept instanceof Refusal) {
      const { path = [] } = submitted as { path?: unknown }
      if (createdId !== undefined && Array.isArray(path)) places.refused([...(path as string[]), createdId])
      return refuse(submitted, kept.code, kept.message)
    }
    const badId = createdId === undefined ? undefined : checkKey(createdId, bounds)
    if (badId) return refuse(kept, badId.code, badId.message)

    const command = places.follow(kept)
    const place = createdId === undefined ? undefined : [...pathOf(kept), createdId]
    const verdict = places.depends(kept) ? depends : decide(replica, submission, command, createdId)
    if ('code' in verdict) {
      if (place) places.refused(place)
      return refuse(command, verdict.code, verdict.reason)
    }
    const { entry, isRewritten } = verdict
    taken.push(completionOf(entry))
    if (isRewritten) rewritten.push({ seq, props: (entry.command as { props?: unknown }).props })
    if (entry.createdId === undefined) return
    if (place) places.made(place, [...pathOf(command), entry.createdId])
    if (entry.createdId !== createdId) renamedIds.push({ seq, id: entry.createdId })
  })
  return {
    taken,
    errors,
    renamed: places.renamed,
    outcome: {
      ...(rejected.length > 0 && { rejected }),
      ...(rewritten.length > 0 && { rewritten }),
      ...(renamedIds.length > 0 && { renamed: renamedIds }),
    },
  }
}

function decide<T extends object, C>(
  replica: Replica,
  { refusal, interceptor, context, bounds }: Submission<T, C>,
  command: KeptCommand,
  createdId: string | undefined,
): { readonly entry: Pending; readonly isRewritten: boolean } | { readonly code: string; readonly reason: string } {
  const refused = refusal?.(command)
  if (refused) return refused
  const wish = intercept(interceptor, replica.tree.at(root) as T, command, context)
  if (wish && 'code' in wish) return wish
  const wanted = wish ? withProps(command, wish.props, bounds) : command
  if (wanted instanceof Refusal) return { code: wanted.code, reason: wanted.message }
  const entry = replica.apply(wanted, createdId)
  if (entry instanceof Refusal) return { code: entry.code, reason: entry.message }
  return { entry, isRewritten: wish !== undefined }
}

const depends = { code: 'depends', reason: 'What it was made under was refused.' }

/** What became of the creates of one flush, by their places as the sender names them. */
class Places {
  readonly #renames = new Renames()
  readonly #refused = new LostPlaces()

  /** The old and new places of those that were renamed. */
  get renamed(): Judged['renamed'] {
    return this.#renames.moves
  }

  made(before: Path, after: Path): void {
    this.#refused.found(before)
    this.#renames.note(before, after)
  }

  refused(place: Path): void {
    this.#refused.add(place)
  }

  /** What was judged before, the seqs behind `after`. */
  recall(completions: readonly Submitted[], after: number, { rejected, renamed }: Outcome): void {
    if (!rejected && !renamed) return
    const refused = new Set(rejected?.map(({ seq }) => seq))
    const ids = new Map(renamed?.map(({ seq, id }) => [seq, id]))
    completions.forEach(({ command, createdId }, i) => {
      const { path = root } = command as { readonly path?: Path }
      if (createdId === undefined || !Array.isArray(path)) return
      const seq = after + 1 + i
      const place = [...path, createdId]
      if (refused.has(seq)) this.refused(place)
      else this.made(place, [...(this.#renames.get(path) ?? path), ids.get(seq) ?? createdId])
    })
  }

  depends(command: KeptCommand): boolean {
    return this.#refused.leadTo(pathOf(command))
  }

  follow(command: KeptCommand): KeptCommand {
    const path = this.#renames.get(pathOf(command))
    return path ? withPath(command, path) : command
  }
}
