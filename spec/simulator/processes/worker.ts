import { parentPort, workerData } from 'node:worker_threads'
import { faults } from '../../../lib/testing/simulator/plan.ts'
import { type SimulationReport, simulate } from '../../../lib/testing/simulator/simulate.ts'

/** What a worker is asked for: so many seeds, from one on. */
export interface Task {
  readonly seed: number
  readonly seeds: number
  /** Whether to stop at the first that fails. */
  readonly stops?: boolean
}

/** What it says: of each seed one report, and in the end that it is done. */
export type Said = { readonly report: SimulationReport } | 'done'

/** What a run of many seeds must have met, besides every fault: otherwise it proves less than it says. */
const rare = [
  'lost race',
  'append of several flushes',
  'host:append_unknown',
  'host:history_lost',
  'empty batch',
  'flush split',
  'flush sent again',
  'answer found in a record',
  'sent command set aside',
  'sync:renamed',
  'sync:regressed',
  'snapshot',
  'rejected:rejected',
  'rejected:interceptor_failed',
  'rejected:forbidden',
  'rejected:depends',
  'rejected:not_found',
  'rejected:exists',
  'dropped:not_found',
  'dropped:exists',
  'dropped:depends',
  'rewritten',
  'unknown',
  'error:expired',
  'error:gap',
  'error:history_trimmed',
  'error:unavailable',
  'record forgotten',
  'kept',
  'sent by an heir',
  'sync:storage',
  'saved',
]

// Worlds are full of errors, and nobody looks at where they come from.
Error.stackTraceLimit = 0

let broken: unknown
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error) => {
    broken ??= error
  })

/** What nobody caught is known only a turn of the event loop later. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

const thrown = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))

async function run(seed: number): Promise<SimulationReport> {
  const nothing = { seed, trace: '', counts: {}, steps: [] }
  broken = undefined
  const report = await simulate({ seed, ...workerData }).catch((error) => ({
    ...nothing,
    violation: { invariant: 'I13', what: thrown(error), time: 0 },
  }))
  await nextTurn()
  if (broken === undefined) return report
  return { ...report, violation: { invariant: 'I13', what: `Nobody caught ${thrown(broken)}`, time: 0 } }
}

const say = (said: Said) => parentPort?.postMessage(said)

async function runAll({ seed, seeds, stops }: Task): Promise<void> {
  for (let i = 0; i < seeds; i++) {
    const report = await run(seed + i)
    say({ report })
    if (stops && report.violation) break
  }
  say('done')
}

parentPort?.on('message', (task: Task) => void runAll(task))

export { shrinkSimulation as shrink } from '../../../lib/testing/simulator/shrink.ts'
export { simulate }
export const missing = (counts: Readonly<Record<string, number>>): string[] =>
  [...rare, ...faults.map((fault) => `fault:${fault}`)].filter((what) => !counts[what])
