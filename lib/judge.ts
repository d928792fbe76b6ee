import type { Outcome } from './contracts/history.ts'
import type { KeptCommand } from './document/actions/action.ts'
import { pathOf, withPath, withProps } from './document/actions/index.ts'
import type { Bounds } from './document/json.ts'
import { leadsThrough, type Path, root, samePath } from './document/path.ts'
import { Refusal } from './document/refusal.ts'
import type { Completed } from './document/replay.ts'
import type { Command, Interceptor } from './flushout.ts'
import type { Replica } from './replica/replica.ts'

/** What an interceptor wants done with a command; `undefined` lets it pass. */
export type Verdict =
  | { readonly props: unknown }
  | { readonly code: 'rejected' | 'interceptor_failed'; readonly reason: string }

/** Asks an interceptor. One that throws rejects the command, and nothing else happens. */
export function intercept<T extends object, C>(
  interceptor: Interceptor<T, C> | undefined,
  document: T,
  command: KeptCommand,
  context: C | undefined,
): Verdict | undefined {
  if (!interceptor) return undefined
  try {
    const wish = interceptor(document, command as Command, context)
    if (!wish) return undefined
    return 'rejection' in wish ? { code: 'rejected', reason: String(wish.rejection) } : { props: wish.newProps }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { code: 'interceptor_failed', reason: `The interceptor failed: ${reason}` }
  }
}

/** One flush to be judged. */
export interface Submission<T extends object, C> {
  readonly completions: readonly Completed[]
  /** The seq that the first of them follows; 0 where they have none. */
  readonly after: number
  readonly interceptor: Interceptor<T, C> | undefined
  readonly context: C | undefined
  readonly bounds: Bounds
  /** Why nothing of it may be applied, where its sender has no right to. */
  readonly refusal?: { readonly code: string; readonly reason: string }
}

export interface Judged {
  /** What was applied, as it was applied; pending in the replica until it is durable. */
  readonly taken: readonly Completed[]
  readonly outcome: Outcome
  /** Old and new places of the creates that were renamed. */
  readonly renamed: readonly { readonly before: Path; readonly after: Path }[]
  readonly errors: readonly { readonly command: KeptCommand; readonly reason: string }[]
}

/**
 * Applies a flush to a Master's replica: interceptors asked, ids that are taken renamed with what was made under them,
 * what was made under a refused create refused with it.
 */
export function judge<T extends object, C>(replica: Replica, submission: Submission<T, C>): Judged {
  const { completions, after, bounds } = submission
  const taken: Completed[] = []
  const rejected: NonNullable<Outcome['rejected']>[number][] = []
  const rewritten: NonNullable<Outcome['rewritten']>[number][] = []
  const renamedIds: NonNullable<Outcome['renamed']>[number][] = []
  const errors: Judged['errors'][number][] = []
  const places = new Places()

  completions.forEach(({ command: submitted, createdId }, i) => {
    const seq = after + 1 + i
    const command = places.follow(submitted)
    const place = createdId === undefined ? undefined : [...pathOf(command), createdId]
    const refuse = (code: string, reason: string) => {
      rejected.push({ seq, code, reason })
      errors.push({ command, reason })
      if (place) places.refused(place)
    }
    if (submission.refusal) return refuse(submission.refusal.code, submission.refusal.reason)
    if (places.depends(command)) return refuse('depends', 'What it was made under was refused.')
    const wish = intercept(submission.interceptor, replica.tree.at(root) as T, command, submission.context)
    if (wish && 'code' in wish) return refuse(wish.code, wish.reason)
    const wanted = wish ? withProps(command, wish.props, bounds) : command
    if (wanted instanceof Refusal) return refuse(wanted.code, wanted.message)
    const entry = replica.apply(wanted, createdId)
    if (entry instanceof Refusal) return refuse(entry.code, `${entry.message}.`)

    taken.push(entry.createdId === undefined ? { command: wanted } : { command: wanted, createdId: entry.createdId })
    if (wish) rewritten.push({ seq, props: (wanted as { props?: unknown }).props })
    if (place && entry.createdId !== undefined) {
      const now = [...pathOf(wanted), entry.createdId]
      places.made(place, now)
      if (entry.createdId !== createdId) renamedIds.push({ seq, id: entry.createdId })
    }
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

/** Where the creates of one flush went, for the commands that were made under them. */
class Places {
  readonly renamed: { before: Path; after: Path }[] = []
  readonly #refused: Path[] = []

  made(before: Path, after: Path): void {
    remove(this.#refused, (path) => samePath(path, before))
    remove(this.renamed, (known) => samePath(known.before, before))
    if (!samePath(before, after)) this.renamed.push({ before, after })
  }

  refused(place: Path): void {
    this.#refused.push(place)
  }

  depends(command: KeptCommand): boolean {
    return this.#refused.some((place) => leadsThrough(pathOf(command), place))
  }

  follow(command: KeptCommand): KeptCommand {
    let path = pathOf(command)
    for (const { before, after } of this.renamed) {
      if (leadsThrough(path, before)) path = [...after, ...path.slice(before.length)]
    }
    return path === pathOf(command) ? command : withPath(command, path)
  }
}

function remove<V>(list: V[], matches: (item: V) => boolean): void {
  for (let i = list.length - 1; i >= 0; i--) if (matches(list[i] as V)) list.splice(i, 1)
}
