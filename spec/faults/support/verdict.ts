import type { Context } from '../../../lib/documents.ts'
import type { Interceptor } from '../../../lib/flushout.ts'
import { Ledger } from '../../../lib/testing/simulator/checker/ledger.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type DocumentId, documentIds, kindOf } from '../programs/documents.ts'
import { type Branch, branchesOf, tellBranches } from './branches.ts'
import { type Evidence, type Fail, type Known, madeIn, nameOf } from './evidence.ts'
import { hashOf } from './hash.ts'
import { checkLosses, isRegressed } from './losses.ts'
import { checkEnd, checkLife } from './told.ts'

/** What does not hold, by the ids of the invariants: by replay of the history, and of nothing else. */
export function violations(evidence: Evidence): string[] {
  const found: string[] = []
  const fail: Fail = (invariant, what) => void found.push(`${invariant}: ${what}`)
  const known = madeIn(evidence.lives)
  const lost = new Set<string>()
  const branchings = documentIds.map((document) => {
    const branches = branchesOf(evidence.held?.get(document) ?? [], evidence.histories.get(document) ?? [])
    const ledger = ledgerOf(document, branches, evidence, known, fail)
    if (ledger.losses > 0) lost.add(document)
    checkOrder(document, evidence, known, fail)
    checkShown(document, ledger, evidence, fail)
    return { document, branches }
  })
  const doubtful = new Set<string>([...lost, ...(evidence.restored ?? [])])
  for (const life of evidence.lives) checkLife(life, evidence, lost, doubtful, known, fail)
  for (const { document, branches } of branchings) checkLosses(document, branches, evidence, known, fail)
  for (const [name, one] of known) checkEnd(name, one, evidence, fail)
  return found
}

/** The history, batch by batch: only what was said, once, in order, and as it was judged on what came before. */
function ledgerOf(
  document: DocumentId,
  branches: readonly Branch[],
  { lives }: Evidence,
  known: Map<string, Known>,
  fail: Fail,
): Ledger {
  const { initial, interceptor } = kindOf(document)
  const law = {
    interceptor: interceptor as Interceptor<object, Context> | undefined,
    mayWrite: true,
    refusal: undefined,
  }
  const ledger = new Ledger(
    document,
    initial,
    fail,
    () => law,
    () => undefined,
  )
  const numbered = new Map<string, string>()
  for (const { subject, entries } of lives) {
    for (const entry of entries) {
      // What was answered and then lost leaves its numbers to others.
      if (isRegressed(entry, document)) numbered.clear()
      if (entry.type !== 'said' || entry.flush.document !== document) continue
      const { client, after, completions } = entry.flush
      const mades = completions.map(({ command, createdId }, i) => {
        const one = known.get(nameOf(command as AnyCommand, subject))
        if (!one) fail('I6', `${subject} says what nobody made: ${JSON.stringify(command)}`)
        else if (JSON.stringify(command) !== JSON.stringify(one.made.command))
          fail('I5', `${subject} says ${JSON.stringify(command)}, and made ${JSON.stringify(one.made.command)}`)
        const [number, text] = [`${client} ${after + 1 + i}`, JSON.stringify([command, createdId])]
        if ((numbered.get(number) ?? text) !== text) fail('I2', `${number} is ${text}, and was ${numbered.get(number)}`)
        numbered.set(number, text)
        if (one) one.isSaid = true
        return one?.made
      })
      ledger.said(client, { after, completions, mades, subject })
    }
  }
  tellBranches(ledger, branches, initial)
  return ledger
}

/** What one made comes in the order in which it was made, whatever its process lived through. */
function checkOrder(
  document: DocumentId,
  { histories, crowded }: Evidence,
  known: Map<string, Known>,
  fail: Fail,
): void {
  const order = new Map([...known.keys()].map((name, i) => [name, i]))
  const last = new Map<string, number>()
  for (const { by, completions } of histories.get(document) ?? []) {
    if (crowded?.has(by)) continue
    for (const { command } of completions) {
      const name = nameOf(command as AnyCommand, by)
      const at = order.get(name) ?? 0
      if (at < (last.get(by) ?? 0)) fail('I2', `${name} comes after what was made later.`)
      last.set(by, at)
    }
  }
}

/** Whatever anybody showed with nothing pending is the document at that count, its keys in their order. */
function checkShown(document: DocumentId, ledger: Ledger, { lives, shown }: Evidence, fail: Fail): void {
  const hashes = new Map<number, Set<string>>()
  const hashesAt = (count: number) => {
    const some = hashes.get(count) ?? new Set([...ledger.textsAt(count)].map(hashOf))
    hashes.set(count, some)
    return some
  }
  for (const { subject, number, entries } of lives) {
    let last = 0
    for (const entry of entries) {
      if (isRegressed(entry, document)) last = 0
      if (entry.type !== 'shows' || entry.document !== document) continue
      const { count, hash } = entry
      if (count < last) fail('I8', `${subject}.${number} went back from ${last} to ${count} in ${document}.`)
      if (!hashesAt(count).has(hash)) fail('I8', `${subject}.${number} showed at ${count} what ${document} never was.`)
      last = count
    }
  }
  for (const { who, count, text, ...one } of shown) {
    if (one.document !== document) continue
    if (count === ledger.count ? text !== ledger.text : ![...ledger.textsAt(count)].includes(text))
      fail('I7', `${who} has ${text} at ${count}; the history gives ${[...ledger.textsAt(count)].join(' or ')}`)
  }
}
