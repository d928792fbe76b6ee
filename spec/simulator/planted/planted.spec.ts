import { describe, expect, it } from '@jest/globals'
import type { SimulationReport } from '../../../lib/testing/index.ts'
import { bundleWorker, runSeeds } from '../crew.mjs'
import { plantedFaults } from './faults.ts'
import { planting } from './planting.mjs'

/** The first seed in which something did not hold. */
async function firstFound(edits: (typeof plantedFaults)[number]['edits'], within: number) {
  const { path, remove } = await bundleWorker([planting(edits)])
  const found: SimulationReport[] = []
  try {
    await runSeeds({
      path,
      first: 1,
      seeds: within,
      stops: true,
      onReport: (report: SimulationReport) => {
        if (report.violation) found.push(report)
      },
    })
  } finally {
    remove()
  }
  return found[0]
}

describe('The simulator finds it when', () => {
  for (const { name, edits, within } of plantedFaults) {
    it(`${name}, within ${within} seeds`, async () => {
      expect((await firstFound(edits, within))?.violation?.invariant).toMatch(/^I\d+$/)
    }, 120_000)
  }
})
