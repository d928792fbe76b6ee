import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { judged, lineOf, pageOf } from './support/page.ts'
import { measuredNow, noResults, type Results, readResults } from './support/results.ts'
import { textOf } from './support/table.ts'
import type { Effort } from './support/workload.ts'
import { workloads } from './workloads/index.ts'

const kept = 'bench/results.json'
const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string', default: 'bench/dist/results.json' },
    write: { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

const help = `npm run bench -- [workload …] [options]

Measures Millrace, as it is built, beside what one would pick instead.

  --quick          fewer and shorter rounds, without the slowest contenders
  --only a,b       these contenders alone
  --json FILE      where the figures go (${asked.json})
  --profile DIR    leaves a CPU profile of each process there
  --write          puts the figures into ${kept} and bench/RESULTS.md
  --record         records the ratios that the test command compares with, and nothing else

Workloads:
${workloads.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`).join('\n')}`

const effort: Effort = {
  isQuick: asked.quick,
  ...(asked.quick ? { rounds: 3, milliseconds: 30, warmUp: 400 } : { rounds: 9, milliseconds: 100, warmUp: 2_000 }),
  ...(asked.only && { only: asked.only.split(',') }),
}

function chosen() {
  const unknown = names.filter((name) => !workloads.some((workload) => workload.name === name))
  if (unknown.length > 0) throw new TypeError(`No workload ${unknown.join(', ')}; --help names them.`)
  return workloads.filter(({ name }) => names.length === 0 || names.includes(name))
}

/** Shows where it is, in one line of a terminal. */
const say = (what: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}`)
}

/** Writes after each workload, so that what was measured stays. */
async function measure(before: Results): Promise<void> {
  let results: Results = { ...before, machine: noResults().machine }
  for (const { name, title, measure } of chosen()) {
    console.log(`\n## ${title}`)
    const tables = await measure(effort, (what) => say(`${title}: ${what} …`))
    say('')
    results = { ...results, workloads: { ...results.workloads, [name]: measuredNow(tables, effort.isQuick) } }
    keep(results)
    for (const table of tables) console.log(`\n${textOf(table)}`)
    const aimed = judged(results, name)
    if (aimed.length > 0) console.log(`\n${aimed.map(lineOf).join('\n')}`)
  }
}

function keep(results: Results): void {
  const text = `${JSON.stringify(results, null, 2)}\n`
  write(asked.json, text)
  if (!asked.write) return
  write(kept, text)
  write('bench/RESULTS.md', pageOf(results, workloads))
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

if (asked.help) {
  console.log(help)
} else {
  if (asked.profile) process.execArgv.push('--cpu-prof', `--cpu-prof-dir=${asked.profile}`)
  await measure(asked.write ? readResults(kept) : noResults())
}
