import type { ApplyResult, CommandCompletion, CompletionBatch, Sync } from './flushout.ts'

/** What a Master answers, or a part of that. */
export type Answer<T extends object> = { readonly [Part in keyof ApplyResult<T>]?: ApplyResult<T>[Part] | undefined }

/** Completions that were applied together, and their text. */
interface Run {
  readonly completions: readonly CommandCompletion[]
  readonly text: string
}

/** By their first completion. */
const runs = new WeakMap<CommandCompletion, Run>()

/**
 * What a Master answers, as JSON: the same as by `JSON.stringify`, but a batch that was `applied` is encoded once, and
 * its text is used again in every answer that brings it to somebody who is late. That holds where the history provider
 * gives the very objects that were applied. They must not be changed afterwards.
 *
 * ```ts
 * const { applied, sync } = await master.apply(JSON.parse(request))
 * history.push(...applied.completions)
 * broadcast(textOf({ applied }))
 * reply(textOf({ sync }))
 * ```
 */
export function textOf<T extends object>({ applied, sync, errors }: Answer<T>): string {
  const fields = [
    applied && `"applied":${textOfBatch(applied, textOfApplied)}`,
    sync && `"sync":${textOfSync(sync)}`,
    errors && `"errors":${JSON.stringify(errors)}`,
  ]
  return `{${fields.filter((field) => field !== undefined).join()}}`
}

function textOfSync<T extends object>(sync: Sync<T>): string {
  if (!sync.isPartial) return JSON.stringify(sync)
  const { diff, ...rest } = sync
  return `${JSON.stringify(rest).slice(0, -1)},"diff":${textOfBatch(diff, textOfList)}}`
}

const textOfBatch = (
  { from, completions }: CompletionBatch,
  textOf: (completions: readonly CommandCompletion[]) => string,
): string => `{"from":${from},"completions":[${textOf(completions)}]}`

/** Its text is kept. */
function textOfApplied(completions: readonly CommandCompletion[]): string {
  const [first] = completions
  if (!first) return ''
  const known = runs.get(first)
  if (known && standsAt(0, completions, known)) return known.text
  const text = JSON.stringify(completions).slice(1, -1)
  runs.set(first, { completions, text })
  return text
}

/** Of what stands in there as it was applied the text is at hand. */
function textOfList(completions: readonly CommandCompletion[]): string {
  const texts: string[] = []
  for (let i = 0; i < completions.length; ) {
    const completion = completions[i] as CommandCompletion
    const run = runs.get(completion)
    const isWhole = run !== undefined && standsAt(i, completions, run)
    texts.push(isWhole ? run.text : JSON.stringify(completion))
    i += isWhole ? run.completions.length : 1
  }
  return texts.join()
}

function standsAt(index: number, list: readonly CommandCompletion[], { completions }: Run): boolean {
  for (let i = 0; i < completions.length; i++) if (list[index + i] !== completions[i]) return false
  return true
}
