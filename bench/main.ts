import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { textOf } from './support/table.ts'
import type { Effort } from './support/workload.ts'
import { workloads } from './workloads/index.ts'

const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
const effort: Effort = {
  isQuick: asked.quick,
  ...(asked.quick ? { rounds: 5, milliseconds: 40 } : { rounds: 11, milliseconds: 150 }),
  ...(asked.only && { only: asked.only.split(',') }),
}
const results = []
for (const workload of workloads.filter(({ name }) => names.length === 0 || names.includes(name))) {
  console.log(`\n${workload.title}`)
  const tables = await workload.measure(effort, (what) => console.error(`  ${what} …`))
  for (const table of tables) console.log(`\n${textOf(table)}`)
  results.push({ name: workload.name, tables })
}
if (asked.json) writeFileSync(asked.json, JSON.stringify(results, null, 2))
