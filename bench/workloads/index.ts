import { raceCase } from '../support/race.ts'
import type { Table } from '../support/table.ts'
import type { Race, Workload } from '../support/workload.ts'
import { cluster } from './cluster.ts'
import { fanOut } from './fan-out.ts'
import { hop } from './hop.ts'
import { memory } from './memory.ts'
import { polling } from './polling.ts'
import { races } from './races.ts'
import { size } from './size.ts'

/** All of them, in the order in which they are run. */
export const workloads: readonly Workload[] = [...races.map(raced), fanOut, polling, cluster, hop, memory, size]

function raced(race: Race): Workload {
  return {
    ...race,
    async measure(effort, say) {
      const tables: Table[] = []
      for (const one of race.cases) {
        say(one.name)
        tables.push(await raceCase(race, one, effort))
      }
      return tables
    },
  }
}
