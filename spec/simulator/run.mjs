import { parseArgs } from 'node:util'
import { bundleWorker, runSeeds } from './crew.mjs'

const help = `Runs simulated worlds, and says in which of them something did not hold.

  npm run simulate -- --seed 123           one seed; where it fails, the smallest plan that fails the same way
  npm run simulate -- --seed 123 --trace   the same with everything that happens, line by line
  npm run simulate -- --seeds 100000       many seeds over all cores, and a summary

  --seed N      the first seed                            (1)
  --seeds N     how many                                  (1)
  --workers N   how many threads                          (one a core)
  --clients N   so many clients, where a seed draws 3 to 5
  --hosts N     so many hosts, where a seed draws 2 or 3
  --forgetful   clients keep nothing on their devices
  --only N,N…   only these steps of its plan
  --trace       say what happens
  --json        say the summary as JSON
  --help        this
`

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    workers: { type: 'string' },
    clients: { type: 'string' },
    hosts: { type: 'string' },
    only: { type: 'string' },
    forgetful: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(help)
else await run()

async function run() {
  const [first, seeds] = [Number(values.seed), Number(values.seeds)]
  const options = {
    ...(values.clients && { clients: Number(values.clients) }),
    ...(values.hosts && { hosts: Number(values.hosts) }),
    ...(values.forgetful && { keeps: false }),
    ...(values.only && { only: values.only.split(',').map(Number) }),
  }
  const { path, remove } = await bundleWorker()
  try {
    const { simulate, shrink, missing } = await import(path)
    if (seeds > 1) await many({ path, first, seeds, options, missing })
    else await one({ seed: first, ...options }, simulate, shrink)
  } finally {
    remove()
  }
}

async function one(options, simulate, shrink) {
  const report = await simulate({ ...options, ...(values.trace && { show: (line) => console.log(line) }) })
  tell(report)
  if (!report.violation) return
  process.exitCode = 1
  if (values.trace || options.only) return
  const { options: less, report: smallest } = await shrink(options)
  console.log(`\n${smallest.steps.length} of its ${report.steps.length} steps are enough: ${smallest.violation.what}`)
  console.log(`  ${commandOf(less)} --trace`)
}

async function many({ path, first, seeds, options, missing }) {
  const begun = performance.now()
  const counts = {}
  const failures = []
  let met = 0
  let told = begun
  await runSeeds({
    path,
    first,
    seeds,
    options,
    ...(values.workers && { workers: Number(values.workers) }),
    onReport(report) {
      met++
      for (const [what, times] of Object.entries(report.counts)) counts[what] = (counts[what] ?? 0) + times
      if (report.violation) {
        failures.push(report)
        if (!values.json) tell(report)
      }
      const now = performance.now()
      if (now - told < 10_000) return
      told = now
      console.error(
        `${met} of ${seeds}, ${failures.length} failed, ${Math.round((met / (now - begun)) * 1_000)} a second`,
      )
    },
  })
  const isEnough = seeds >= 1_000 && Object.keys(options).length === 0
  const lacking = isEnough ? missing(counts) : []
  const seconds = (performance.now() - begun) / 1_000
  if (values.json) console.log(JSON.stringify({ first, seeds, seconds, failures, counts, lacking }))
  else summarise({ first, seeds, seconds, failures, counts, lacking })
  if (failures.length > 0 || lacking.length > 0) process.exitCode = 1
}

function summarise({ first, seeds, seconds, failures, counts, lacking }) {
  console.log(`\nSeeds ${first} … ${first + seeds - 1} in ${seconds.toFixed(0)} s`)
  for (const [what, times] of Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${what.padEnd(32)} ${String(times).padStart(12)}`)
  for (const what of lacking) console.log(`✗ never met: ${what}`)
  console.log(failures.length === 0 ? '✓ everything held' : `✗ ${failures.length} seeds failed`)
}

function tell({ seed, violation, trace }) {
  if (!violation) return console.log(`✓ ${seed} holds, trace ${trace}`)
  console.log(`✗ ${seed} ${violation.invariant} at ${violation.time} ms: ${violation.what}`)
  console.log(`  ${commandOf({ seed })}`)
}

function commandOf({ seed, clients, hosts, keeps, only }) {
  const knobs = [
    keeps === false && '--forgetful',
    clients && `--clients ${clients}`,
    hosts && `--hosts ${hosts}`,
    only?.length && `--only ${only.join(',')}`,
  ]
  return ['npm run simulate -- --seed', seed, ...knobs.filter(Boolean)].join(' ')
}
