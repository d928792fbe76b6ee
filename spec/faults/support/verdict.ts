import { createHash } from 'node:crypto'
import type { Batch } from '../../../lib/contracts/history.ts'
import type { Context } from '../../../lib/documents.ts'
import type { Interceptor } from '../../../lib/flushout.ts'
import { Ledger } from '../../../lib/testing/simulator/checker/ledger.ts'
import { Made } from '../../../lib/testing/simulator/checker/made.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type DocumentId, documentIds, kindOf } from '../programs/documents.ts'
import { deletes } from '../programs/editor.ts'
import type { Entry, Life } from './journal.ts'

/** A document as somebody had it in the end, or as it is kept. */
export interface Shown {
  readonly who: string
  readonly document: DocumentId
  readonly count: number
  readonly text: string
}

/** All that is left when everything has come to rest. */
export interface Evidence {
  readonly lives: readonly Life[]
  /** Every batch there is, from the beginning. */
  readonly histories: ReadonlyMap<DocumentId, readonly Batch[]>
  readonly shown: readonly Shown[]
  /** Subjects of whom several processes lived at a time. */
  readonly crowded?: ReadonlySet<string>
  /** Storages that were damaged or full: theirs may say so. */
  readonly troubled?: ReadonlySet<string>
}

interface Known {
  readonly made: Made
  readonly document: string
  readonly subject: string
  isKept: boolean
  isSaid: boolean
  /** What was told of it, in any life. */
  readonly told: Set<string>
}

type Fail = (invariant: string, what: string) => void

/** What does not hold, by the ids of the invariants: by replay of the history, and of nothing else. */
export function violations(evidence: Evidence): string[] {
  const found: string[] = []
  const fail: Fail = (invariant, what) => void found.push(`${invariant}: ${what}`)
  const known = new Map<string, Known>()
  for (const life of evidence.lives) for (const entry of life.entries) note(known, life, entry, fail)
  for (const document of documentIds) {
    const ledger = ledgerOf(document, evidence, known, fail)
    checkOrder(document, evidence, known, fail)
    checkShown(document, ledger, evidence, fail)
  }
  for (const life of evidence.lives) checkLife(life, evidence, known, fail)
  for (const [name, one] of known) checkEnd(name, one, fail)
  return found
}

function note(known: Map<string, Known>, { subject }: Life, entry: Entry, fail: Fail): void {
  if (entry.type === 'wrong') fail('I13', `${subject}: ${entry.what}`)
  if (entry.type === 'made' && !known.has(entry.name)) {
    const made = new Made(known.size, entry.command, entry.createdId, entry.command.path ?? [])
    known.set(entry.name, {
      made,
      document: entry.document,
      subject,
      isKept: false,
      isSaid: false,
      told: new Set(),
    })
  }
  const one = 'name' in entry ? known.get(entry.name) : undefined
  if (entry.type === 'kept' && one) one.isKept = true
}

const nameOf = (command: AnyCommand, subject: string): string =>
  command.action === 'delete' ? deletes(command.path, subject) : String((command.props as { name?: unknown }).name)

/** The history, batch by batch: only what was said, once, in order, and as it was judged on what came before. */
function ledgerOf(document: DocumentId, { lives, histories }: Evidence, known: Map<string, Known>, fail: Fail): Ledger {
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
  const batches = histories.get(document) ?? []
  const [first] = batches
  if (first) ledger.begun({ count: 0, mark: first.follows }, JSON.stringify(initial))
  for (const batch of batches) ledger.written(batch)
  ledger.durable(batches.length)
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
      if (command.action !== 'delete' && at < (last.get(by) ?? 0))
        fail('I2', `${name} comes after what was made later.`)
      if (command.action !== 'delete') last.set(by, at)
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

const hashOf = (text: string): string => createHash('sha1').update(text).digest('base64url')

/** What one process was told is so. */
function checkLife(life: Life, { troubled, crowded }: Evidence, known: Map<string, Known>, fail: Fail): void {
  const { subject, number, entries } = life
  const reports = new Set<string>()
  for (const entry of entries) {
    if (entry.type === 'settled') {
      const one = known.get(entry.name)
      if (one) checkSettled(`${entry.name} in life ${number}`, one, entry.settlement, fail)
    }
    if (entry.type !== 'told') continue
    const { event } = entry
    switch (event.type) {
      case 'rejected':
      case 'dropped':
      case 'unknown': {
        const name = nameOf(event.command as AnyCommand, subject)
        if (reports.has(name)) fail('I11', `${subject}.${number} was told twice of ${name}.`)
        reports.add(name)
        known.get(name)?.told.add(event.type)
        if (event.type === 'unknown') fail('I4', `${name} is unknown (${event.reason}), and nothing was lost.`)
        break
      }
      case 'regressed':
        fail('I16', `${subject}.${number} was told of a loss, and there was none.`)
        break
      case 'taken_over':
        if (!crowded?.has(subject))
          fail('I4', `${subject}.${number} gave ${event.commands} commands away, and to nobody.`)
        break
      case 'storage':
        if (!troubled?.has(subject)) fail('I13', `${subject}.${number}: its storage has trouble: ${event.reason}`)
    }
  }
}

function checkSettled(
  name: string,
  { made }: Known,
  settlement: Extract<Entry, { type: 'settled' }>['settlement'],
  fail: Fail,
): void {
  made.settlement = settlement
  switch (settlement.type) {
    case 'confirmed':
    case 'rewritten':
      if (made.inHistory !== 1)
        fail('I4', `${name} was ${settlement.type}; the history has it ${made.inHistory} times.`)
      if (settlement.createdId !== made.createdId)
        fail('I10', `${name} made ${settlement.createdId}; it was known as ${made.createdId}.`)
      return
    case 'unknown':
      if (!handedOver.test(settlement.reason)) fail('I4', `${name} is unknown (${settlement.reason}).`)
  }
}

const handedOver = /^Another page or process/

/** What became of each command by all that was told. */
function checkEnd(name: string, { made, told, isKept, isSaid }: Known, fail: Fail): void {
  const isThere = made.inHistory > 0
  const isTold = told.size > 0
  if (isKept && !isThere && !isTold) fail('I4', `${name} was kept, and is neither there nor told of.`)
  // Two lives may delete the same, where the first did not live to keep it.
  if (made.command.action === 'delete') return
  if (isThere && isTold) fail('I11', `${name} was ${[...told].join()}, and is in the history.`)
  if (told.has('rejected') && !made.wasRefused) fail('I11', `${name} was rejected, and the history does not say so.`)
  if (made.wasRefused && !told.has('rejected')) fail('I11', `${name} was refused, and nobody was told.`)
  if (told.has('dropped') && isSaid) fail('I9', `${name} was dropped, though it was sent.`)
}
