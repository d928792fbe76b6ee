import { appendLaws } from './history/append-laws.ts'
import { beginningLaws } from './history/beginning-laws.ts'
import { atBench, type HistoryFactory } from './history/bench.ts'
import { closingLaws } from './history/closing-laws.ts'
import { forgettingLaws } from './history/forgetting-laws.ts'
import type { HistoryCapabilities, HistoryLaw } from './history/law.ts'
import { readingLaws } from './history/reading-laws.ts'
import { recordLaws } from './history/record-laws.ts'
import { savingLaws } from './history/saving-laws.ts'
import { valueLaws } from './history/value-laws.ts'
import type { TestFunctions } from './transport-suite.ts'

export type { HistoryFactory, HistoryRetention, HistoryStore } from './history/bench.ts'
export type { HistoryCapabilities } from './history/law.ts'

const keepsAll = { commands: Number.MAX_SAFE_INTEGER, records: Number.MAX_SAFE_INTEGER }

/**
 * Tests a history adapter against the contract, one test for each law. `factory` makes an empty store for each, with as
 * much behind a snapshot as it is told to keep; its `open` gives an adapter as another host would have it. What the
 * adapter is capable of decides which laws there are, and stands in the name.
 *
 * ```ts
 * historySuite('stones', async ({ retention }) => {
 *   const quarry = await freshQuarry()
 *   return { open: () => stoneHistory(quarry, { retention }), close: () => quarry.fillIn() }
 * }, { describe, it }, { durable: true, channel: 'opener' })
 * ```
 */
export function historySuite(
  name: string,
  factory: HistoryFactory,
  { describe, it }: TestFunctions,
  capabilities: HistoryCapabilities,
): void {
  const { durable, channel, patience = 4_000 } = capabilities
  describe(`${name} (${durable ? 'durable' : 'gone when closed'}; a channel reaches the ${channel})`, () => {
    for (const law of lawsFor(capabilities)) {
      it(law.name, () => atBench(factory, { ...keepsAll, ...law.retention }, patience, (bench) => law.run(bench)))
    }
  })
}

const lawsFor = (capabilities: HistoryCapabilities): readonly HistoryLaw[] => [
  ...beginningLaws,
  ...appendLaws,
  ...recordLaws,
  ...readingLaws,
  ...savingLaws,
  ...forgettingLaws,
  ...valueLaws,
  ...closingLaws(capabilities),
]
