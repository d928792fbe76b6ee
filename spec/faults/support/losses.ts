import type { Origin } from '../../../lib/events.ts'
import type { Settlement } from '../../../lib/replica/pending.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type DocumentId, kindOf } from '../programs/documents.ts'
import { type Branch, textsOf } from './branches.ts'
import { type Evidence, type Fail, type Known, nameOf } from './evidence.ts'
import { hashOf } from './hash.ts'
import type { Entry, Life } from './journal.ts'

/** Whoever has seen what a history has lost is told so, and of each command that was confirmed and is gone. */
export function checkLosses(
  document: DocumentId,
  branches: readonly Branch[],
  { lives, crowded }: Evidence,
  known: ReadonlyMap<string, Known>,
  fail: Fail,
): void {
  if (branches.length < 2) return
  const { initial } = kindOf(document)
  const hashes = branches.map(
    (branch) => new Map([...textsOf(branch, initial)].map(([at, text]) => [at, hashOf(text)])),
  )
  for (const life of lives) checkBranches(life, document, hashes, fail)
  const told = new Set([...bySubject(lives).values()].flatMap((own) => [...lossesTold(document, own)]))
  for (const [name, one] of known) {
    const isLost = one.document === document && one.wasConfirmed && one.made.inHistory === 0
    // Of several processes over one storage none knows what another had confirmed, once that is gone.
    if (isLost && !told.has(name) && !crowded?.has(one.subject))
      fail('I16', `${name} was confirmed and is lost, and its client was not told.`)
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

/**
 * The commands of one subject that were confirmed, and then told to be lost: by their numbers, or by a name under which
 * they were sent, and of which nobody knows any more. A process knows of no names that were left before its time.
 */
function lossesTold(document: string, lives: readonly Life[]): Set<string> {
  const numbers = new Map<string, Origin[]>()
  const confirmed = new Set<string>()
  const told = new Set<string>()
  const left = new Set<string>()
  let present: string | undefined
  for (const { subject, entries } of lives) {
    const leftBefore = new Set(left)
    for (const entry of entries) {
      if (entry.type === 'settled' && isConfirmed(entry.settlement)) confirmed.add(entry.name)
      if (entry.type === 'said' && entry.flush.document === document) {
        const { client, after, completions } = entry.flush
        if (present !== undefined && present !== client) left.add(present)
        present = client
        completions.forEach(({ command }, i) => {
          const name = nameOf(command as AnyCommand, subject)
          numbers.set(name, [...(numbers.get(name) ?? []), { client, seq: after + 1 + i }])
        })
      }
      if (entry.type !== 'told' || entry.document !== document) continue
      if (entry.event.type === 'unknown') left.add(entry.event.client ?? '')
      if (entry.event.type !== 'regressed') continue
      const { lost, formerly } = entry.event
      const isTold = ({ client, seq }: Origin) =>
        (client === lost?.client && lost.first <= seq && seq <= lost.last) ||
        formerly?.includes(client) ||
        leftBefore.has(client)
      for (const name of confirmed) if (numbers.get(name)?.some(isTold)) told.add(name)
      if (lost) left.add(lost.client)
    }
  }
  return told
}

const isConfirmed = ({ type }: Settlement): boolean => type === 'confirmed' || type === 'rewritten'

/** The processes of each subject, one after the other. */
function bySubject(lives: readonly Life[]): Map<string, Life[]> {
  const all = new Map<string, Life[]>()
  for (const life of lives) all.set(life.subject, [...(all.get(life.subject) ?? []), life])
  return all
}
