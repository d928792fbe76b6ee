import type { Batch } from '../../../lib/contracts/history.ts'
import type { Ledger } from '../../../lib/testing/simulator/checker/ledger.ts'
import { type Json, play } from '../../../lib/testing/simulator/checker/replay.ts'

/** What a history was at some time, from its beginning. */
export type Branch = readonly Batch[]

/**
 * All that a history was before something of it was lost, the oldest first, and what it is now: out of what hosts were
 * ever given, as each batch names the one it follows.
 */
export function branchesOf(held: readonly Batch[], now: Branch): Branch[] {
  const named = new Map([...held, ...now].map((batch) => [batch.mark, batch]))
  const followed = new Set([...named.values()].map(({ follows }) => follows))
  const present = new Set(now.map(({ mark }) => mark))
  const lost = [...named.values()]
    .filter(({ mark }) => !followed.has(mark) && !present.has(mark))
    .sort((one, other) => one.at - other.at)
  return [...lost.map((batch) => upTo(batch, named)), now]
}

/** What leads to a batch, and the batch. */
export function upTo(last: Batch, named: ReadonlyMap<string, Batch>): Batch[] {
  const branch = [last]
  for (let batch = named.get(last.follows); batch; batch = named.get(batch.follows)) branch.unshift(batch)
  return branch
}

/** Tells a ledger all that a history was, in order. */
export function tellBranches(ledger: Ledger, branches: readonly Branch[], initial: object): void {
  const first = branches.find(({ length }) => length > 0)?.[0]
  if (first) ledger.begun({ count: 0, mark: first.follows }, JSON.stringify(initial))
  let before: Branch = []
  for (const branch of branches) {
    const known = before.findIndex(({ mark }, i) => branch[i]?.mark !== mark)
    const kept = known < 0 ? before.length : known
    if (kept < before.length) ledger.lost(kept, false)
    for (const batch of branch.slice(kept)) ledger.written(batch)
    ledger.durable(branch.length)
    before = branch
  }
}

/** The document as text at every count where a batch ends, and where the first begins. */
export function textsOf(branch: Branch, initial: object): Map<number, string> {
  const document = JSON.parse(JSON.stringify(initial)) as Json
  const texts = new Map([[0, JSON.stringify(document)]])
  for (const { from, completions } of branch) {
    for (const { command, createdId } of completions) play(document, command, createdId)
    texts.set(from + completions.length, JSON.stringify(document))
  }
  return texts
}
