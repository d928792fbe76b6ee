import { atBench, type StorageFactory } from './storage/bench.ts'
import { closingLaws } from './storage/closing-laws.ts'
import type { StorageCapabilities, StorageLaw } from './storage/law.ts'
import { nameLaws } from './storage/name-laws.ts'
import { orderLaws } from './storage/order-laws.ts'
import { valueLaws } from './storage/value-laws.ts'
import { writingLaws } from './storage/writing-laws.ts'
import type { TestFunctions } from './transport-suite.ts'

export type { StorageFactory, StorageStore } from './storage/bench.ts'
export type { StorageCapabilities } from './storage/law.ts'

/**
 * Tests a client's storage against the contract, one test for each law. `factory` makes an empty store for each; its
 * `open` gives a storage as another page or process would have it. What it is capable of decides which laws there are,
 * and stands in the name. It runs in browsers too.
 *
 * ```ts
 * storageSuite('jars', async () => {
 *   const shelf = await emptyShelf()
 *   return { open: () => jarStorage(shelf), close: () => shelf.takeDown() }
 * }, { describe, it }, { durable: true, names: true })
 * ```
 */
export function storageSuite(
  name: string,
  factory: StorageFactory,
  { describe, it }: TestFunctions,
  capabilities: StorageCapabilities,
): void {
  const { durable, names, patience = 4_000 } = capabilities
  describe(`${name} (${durable ? 'durable' : 'gone when closed'}; ${names ? 'names can' : 'no name can'} be held)`, () => {
    for (const law of lawsFor(capabilities)) {
      it(law.name, () => atBench(factory, patience, (bench) => law.run(bench)))
    }
  })
}

const lawsFor = (capabilities: StorageCapabilities): readonly StorageLaw[] => [
  ...writingLaws,
  ...orderLaws,
  ...valueLaws,
  ...nameLaws(capabilities),
  ...closingLaws(capabilities),
]
