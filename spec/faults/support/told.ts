import type { Settlement } from '../../../lib/replica/pending.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type Evidence, type Fail, type Known, nameOf } from './evidence.ts'
import type { Entry, Life } from './journal.ts'

type Told = Extract<Entry, { type: 'told' }>['event']

/** What one process was told is so, and all that it made is settled if it ended in order. */
export function checkLife(
  life: Life,
  evidence: Evidence,
  lost: ReadonlySet<string>,
  doubtful: ReadonlySet<string>,
  known: ReadonlyMap<string, Known>,
  fail: Fail,
): void {
  const { subject, number, entries } = life
  const isTroubled = evidence.troubled?.has(subject) ?? false
  const check = checkTold(life, isTroubled, evidence.crowded?.has(subject) ?? false, lost, doubtful, known, fail)
  const waiting = new Set<string>()
  for (const entry of entries) {
    switch (entry.type) {
      case 'made':
        waiting.add(entry.name)
        break
      case 'settled': {
        waiting.delete(entry.name)
        const one = known.get(entry.name)
        if (one)
          checkSettled(
            `${entry.name} in life ${number}`,
            one,
            entry.settlement,
            isTroubled || doubtful.has(one.document),
            fail,
          )
        break
      }
      case 'told':
        check(entry.event, entry.document)
        break
      case 'wrong':
        fail('I13', `${subject}.${number}: ${entry.what}`)
        break
      case 'ends':
        for (const name of waiting) fail('I12', `${name} was never settled, and its process ended in order.`)
    }
  }
}

function checkTold(
  { subject, number }: Life,
  isTroubled: boolean,
  isCrowded: boolean,
  lost: ReadonlySet<string>,
  doubtful: ReadonlySet<string>,
  known: ReadonlyMap<string, Known>,
  fail: Fail,
): (event: Told, document: string) => void {
  const reports = new Set<string>()
  return (event, document) => {
    switch (event.type) {
      case 'rejected':
      case 'dropped':
      case 'unknown': {
        const name = nameOf(event.command as AnyCommand, subject)
        if (reports.has(name)) fail('I11', `${subject}.${number} was told twice of ${name}.`)
        reports.add(name)
        known.get(name)?.told.add(event.type)
        if (event.type === 'unknown' && !isTroubled && !doubtful.has(document))
          fail('I4', `${name} is unknown (${event.reason}), and nothing was lost.`)
        return
      }
      case 'regressed':
        if (!lost.has(document)) fail('I16', `${subject}.${number} was told of a loss, and there was none.`)
        return
      case 'taken_over':
        if (!isCrowded) fail('I4', `${subject}.${number} gave ${event.commands} commands away, and to nobody.`)
        return
      case 'storage':
        if (!isTroubled) fail('I13', `${subject}.${number}: its storage has trouble: ${event.reason}`)
    }
  }
}

function checkSettled(name: string, one: Known, settlement: Settlement, mayBeUnknown: boolean, fail: Fail): void {
  const { made } = one
  made.settlement = settlement
  switch (settlement.type) {
    case 'confirmed':
    case 'rewritten':
      one.wasConfirmed = true
      if (made.inHistory !== 1 && !made.wasLost)
        fail('I4', `${name} was ${settlement.type}; the history has it ${made.inHistory} times.`)
      if (settlement.createdId !== made.createdId)
        fail('I10', `${name} made ${settlement.createdId}; it was known as ${made.createdId}.`)
      return
    case 'unknown':
      if (!mayBeUnknown && !handedOver.test(settlement.reason)) fail('I4', `${name} is unknown (${settlement.reason}).`)
  }
}

/** Another sends it, now or when it finds it. */
const handedOver = /^(Another page or process sends it|The document was closed before the answer came)/

/** What became of each command by all that was told. */
export function checkEnd(name: string, one: Known, { troubled, excused }: Evidence, fail: Fail): void {
  const { subject, made, told, isKept, isSaid } = one
  const isThere = made.inHistory > 0
  // Where there is no room, commands are sent that are not kept: if their process dies, nobody learns of their outcome.
  const isExcused = made.wasLost || excused?.has(name) || (!isKept && troubled?.has(subject))
  if (isKept && !isThere && told.size === 0 && !isExcused)
    fail('I4', `${name} was kept, and is neither there nor told of.`)
  if (isThere && !made.wasLost && (told.has('rejected') || told.has('dropped')))
    fail('I11', `${name} was ${[...told].join()}, and is in the history.`)
  if (told.has('rejected') && !made.wasRefused) fail('I11', `${name} was rejected, and the history does not say so.`)
  if (made.wasRefused && told.size === 0 && !isExcused) fail('I11', `${name} was refused, and nobody was told.`)
  if (told.has('dropped') && isSaid) fail('I9', `${name} was dropped, though it was sent.`)
}
