import { raceCase } from '../support/race.ts'
import type { Table } from '../support/table.ts'
import type { Workload } from '../support/workload.ts'
import { races } from './races.ts'

/** All of them, in the order in which they are run. */
export const workloads: readonly Workload[] = races.map((race) => ({
  ...race,
  async measure(effort, say) {
    const tables: Table[] = []
    for (const one of race.cases) {
      say(one.name)
      tables.push(await raceCase(race, one, effort))
    }
    return tables
  },
}))
