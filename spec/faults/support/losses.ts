import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type DocumentId, kindOf } from '../programs/documents.ts'
import { type Branch, textsOf } from './branches.ts'
import { type Evidence, type Fail, type Known, nameOf } from './evidence.ts'
import { hashOf } from './hash.ts'
import type { Entry, Life } from './journal.ts'

type Lost = { readonly client: string; readonly first: number; readonly last: number }

/** Whoever has seen what a history has lost is told so, and of each command that was confirmed and is gone. */
export function checkLosses(
  document: DocumentId,
  branches: readonly Branch[],
  { lives }: Evidence,
  known: ReadonlyMap<string, Known>,
  fail: Fail,
): void {
  if (branches.length < 2) return
  const { initial } = kindOf(document)
  const hashes = branches.map(
    (branch) => new Map([...textsOf(branch, initial)].map(([at, text]) => [at, hashOf(text)])),
  )
  for (const life of lives) checkBranches(life, document, hashes, fail)
  const numbers = numbersIn(document, lives)
  const losses = lives.flatMap(({ entries }) => entries.flatMap((entry) => lostBy(entry, document)))
  for (const [name, { made, wasConfirmed, ...one }] of known) {
    if (one.document !== document || !wasConfirmed || made.inHistory > 0) continue
    const isTold = numbers
      .get(name)
      ?.some(({ client, seq }) =>
        losses.some((lost) => lost.client === client && lost.first <= seq && seq <= lost.last),
      )
    if (!isTold) fail('I16', `${name} was confirmed and is lost, and its client was not told.`)
  }
}

/** What one process shows goes from one branch to another only where that is told. */
function checkBranches(
  { subject, number, entries }: Life,
  document: DocumentId,
  hashes: readonly ReadonlyMap<number, string>[],
  fail: Fail,
): void {
  let possible: readonly ReadonlyMap<number, string>[] = hashes
  for (const entry of entries) {
    if (isRegressed(entry, document)) possible = hashes
    if (entry.type !== 'shows' || entry.document !== document) continue
    const fitting = hashes.filter((branch) => branch.get(entry.count) === entry.hash)
    const left = fitting.filter((branch) => possible.includes(branch))
    if (fitting.length > 0 && left.length === 0)
      fail('I16', `${subject}.${number} showed at ${entry.count} another history of ${document}, and was not told.`)
    possible = left.length > 0 ? left : fitting
  }
}

export const isRegressed = (entry: Entry, document: string): boolean =>
  entry.type === 'told' && entry.document === document && entry.event.type === 'regressed'

const lostBy = (entry: Entry, document: string): Lost[] =>
  entry.type === 'told' && entry.document === document && entry.event.type === 'regressed' && entry.event.lost
    ? [entry.event.lost]
    : []

/** Under which numbers commands were sent. */
function numbersIn(document: DocumentId, lives: readonly Life[]): Map<string, { client: string; seq: number }[]> {
  const numbers = new Map<string, { client: string; seq: number }[]>()
  for (const { subject, entries } of lives) {
    for (const entry of entries) {
      if (entry.type !== 'said' || entry.flush.document !== document) continue
      const { client, after, completions } = entry.flush
      completions.forEach(({ command }, i) => {
        const name = nameOf(command as AnyCommand, subject)
        numbers.set(name, [...(numbers.get(name) ?? []), { client, seq: after + 1 + i }])
      })
    }
  }
  return numbers
}
