import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type Evidence, nameOf } from './evidence.ts'
import type { Entry, Life } from './journal.ts'

/** What happens only where something goes wrong. */
export const rarities = [
  'failed append',
  'lost race',
  'flush said again',
  'command sent by a later process',
  'rejected',
  'taken over',
  'storage has trouble',
] as const
export type Rarity = (typeof rarities)[number]

/** How often each happened. */
export function rareIn({ lives }: Evidence): Map<Rarity, number> {
  const counts = new Map<Rarity, number>()
  const count = (what: Rarity | undefined) => {
    if (what) counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  const said = new Set<string>()
  for (const life of lives) {
    const made = new Set(life.entries.flatMap((entry) => (entry.type === 'made' ? [entry.name] : [])))
    for (const entry of life.entries) {
      count(rarityOf(entry))
      if (entry.type !== 'said') continue
      const { client, document, after } = entry.flush
      const flush = `${client} ${document} ${after}`
      if (said.has(flush)) count('flush said again')
      said.add(flush)
      if (isOfAnother(entry.flush, life, made)) count('command sent by a later process')
    }
  }
  return counts
}

function isOfAnother(flush: Extract<Entry, { type: 'said' }>['flush'], { subject }: Life, made: ReadonlySet<string>) {
  return flush.completions.some(({ command }) => !made.has(nameOf(command as AnyCommand, subject)))
}

function rarityOf(entry: Entry): Rarity | undefined {
  if (entry.type === 'met') return rarities.find((what) => what === entry.what)
  if (entry.type !== 'told') return undefined
  switch (entry.event.type) {
    case 'rejected':
      return 'rejected'
    case 'taken_over':
      return 'taken over'
    case 'storage':
      return 'storage has trouble'
    default:
      return undefined
  }
}
