import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import { type Evidence, madeIn, nameOf } from './evidence.ts'

/** How many commands were made, and what became of them, in words. */
export function figuresIn({ lives, histories }: Evidence): string {
  const kept = new Set<string>()
  for (const batches of histories.values())
    for (const { by, completions } of batches)
      for (const { command } of completions) kept.add(nameOf(command as AnyCommand, by))
  const confirmed = new Set<string>()
  const unknown = new Set<string>()
  for (const { subject, entries } of lives) {
    for (const entry of entries) {
      if (entry.type === 'settled' && ['confirmed', 'rewritten'].includes(entry.settlement.type))
        confirmed.add(entry.name)
      if (entry.type === 'told' && entry.event.type === 'unknown')
        unknown.add(nameOf(entry.event.command as AnyCommand, subject))
    }
  }
  const lost = [...confirmed].filter((name) => !kept.has(name)).length
  return `${madeIn(lives).size} commands: ${kept.size} kept, ${lost} confirmed and lost, ${unknown.size} told as unknown`
}
