import { openBench, type TransportFactory } from './transport/bench.ts'
import { endingLaws } from './transport/ending-laws.ts'
import { hostLaws } from './transport/host-laws.ts'
import type { TransportCapabilities, TransportLaw } from './transport/law.ts'
import { messageLaws } from './transport/message-laws.ts'
import { openingLaws } from './transport/opening-laws.ts'

export type { TransportFactory, TransportFixture } from './transport/bench.ts'
export type { TransportCapabilities } from './transport/law.ts'

/** The functions of a test framework: those of jest, vitest, mocha and `node:test` all fit. */
export interface TestFunctions {
  describe(name: string, body: () => void): void
  /** `timeout` is in milliseconds; a framework that takes none has its own. */
  it(name: string, body: () => Promise<void>, timeout?: number): void
}

/**
 * Tests a transport and its server edge against the contract, one test for each law. `factory` serves the source that
 * it is handed, and is asked anew for each test; `capabilities` tell what else there is to test.
 *
 * ```ts
 * transportSuite('pigeons', async (source) => {
 *   const loft = await servePigeons(source)
 *   return { connect: () => pigeonTransport(loft.address), close: () => loft.close() }
 * }, { describe, it })
 * ```
 */
export function transportSuite(
  name: string,
  factory: TransportFactory,
  { describe, it }: TestFunctions,
  capabilities: TransportCapabilities = {},
): void {
  describe(name, () => {
    const { patience = 4_000 } = capabilities
    for (const law of lawsFor(capabilities)) it(law.name, () => uphold(law, factory, patience), 5 * patience)
  })
}

function lawsFor(capabilities: TransportCapabilities): readonly TransportLaw[] {
  return [...openingLaws(capabilities), ...messageLaws, ...endingLaws(capabilities), ...hostLaws(capabilities)]
}

async function uphold(law: TransportLaw, factory: TransportFactory, patience: number): Promise<void> {
  const bench = await openBench(factory, patience, law)
  try {
    await law.run(bench)
  } finally {
    await bench.close()
  }
}
