import { describe, it } from '@jest/globals'
import fc from 'fast-check'
import { arbitraryDocument } from '../support/arbitrary-commands.ts'
import { arbitrarySteps, World } from '../support/world.ts'

describe('Clients and hosts together', () => {
  it('end in one document, every command once and in its place, whatever breaks on the way', async () => {
    const law = fc.asyncProperty(arbitraryDocument, fc.integer(), arbitrarySteps, async (document, chance, steps) => {
      const world = new World(document, chance)
      try {
        for (const step of steps) await world.take(step)
        await world.heal()
        await world.check()
      } finally {
        await world.close()
      }
    })
    await fc.assert(law, { numRuns: 120 })
  }, 60_000)
})
