import { apply } from '../workloads/apply.ts'
import { flushCycle } from '../workloads/flush-cycle.ts'
import { master } from '../workloads/master.ts'
import { observed } from '../workloads/observed.ts'
import { rebase } from '../workloads/rebase.ts'
import { median } from './numbers.ts'
import { raceCase } from './race.ts'
import { least } from './table.ts'
import type { Effort, Race } from './workload.ts'

/** What Millrace costs in times of another contender, and the promises that it makes a command. */
export interface Ratio {
  readonly cost: number
  readonly promises: number
}

/** By workload and case. */
export type Ratios = Readonly<Record<string, Ratio>>

interface Compared {
  readonly race: Race
  readonly name: string
  readonly to: 'flushout' | 'plain'
}

const compared: readonly Compared[] = [
  { race: apply, name: '1,000 todos', to: 'flushout' },
  { race: observed, name: 'whole, 1,000 todos', to: 'plain' },
  { race: observed, name: 'single, 10,000 todos', to: 'plain' },
  { race: flushCycle, name: '10,000 todos', to: 'flushout' },
  { race: rebase, name: '1,000 pending, 1,000 remote, 10,000 todos', to: 'flushout' },
  { race: master, name: 'one document, current clients', to: 'flushout' },
]

const effort = { isQuick: true, rounds: 9, milliseconds: 30, warmUp: 600 } satisfies Effort

/**
 * Measures a few of the races, or those of these workloads, in a second or two each. Of each contender its cheapest
 * round counts: whatever else the machine does can only add.
 */
export async function ratiosNow(workloads: readonly string[] = []): Promise<Ratios> {
  const ratios: Record<string, Ratio> = {}
  for (const { race, name, to } of compared) {
    if (workloads.length > 0 && !workloads.includes(race.name)) continue
    const one = race.cases.find((one) => one.name === name)
    if (!one) throw new TypeError(`${race.name} has no case ${name}.`)
    const { rows } = await raceCase(race, one, { ...effort, only: ['millrace', to] })
    const figure = (row: string, column: string) => rows.find(({ name }) => name === row)?.values[column] as number
    ratios[`${race.name}: ${name}`] = {
      cost: figure('millrace', least) / figure(to, least),
      promises: figure('millrace', 'promises'),
    }
  }
  return ratios
}

/** The middle of each, of several runs: what is recorded. */
export const middle = (runs: readonly Ratios[]): Ratios =>
  Object.fromEntries(
    Object.keys(runs[0] ?? {}).map((name) => {
      const of = (key: keyof Ratio) => median(runs.map((run) => (run[name] as Ratio)[key]))
      return [name, { cost: of('cost'), promises: of('promises') }]
    }),
  )

/** The lesser of each. */
export const lesser = (a: Ratios, b: Ratios): Ratios =>
  Object.fromEntries(
    Object.entries(a).map(([name, { cost, promises }]) => {
      const other = b[name] as Ratio
      return [name, { cost: Math.min(cost, other.cost), promises: Math.min(promises, other.promises) }]
    }),
  )

/** What is more than twice of what was recorded. */
export const regressions = (now: Ratios, recorded: Ratios): readonly string[] =>
  Object.entries(now).flatMap(([name, { cost, promises }]) => {
    const before = recorded[name]
    if (!before) return [`${name} was never recorded: npm run bench -- --record`]
    return [
      ...(cost > 2 * before.cost ? [`${name} costs ${(cost / before.cost).toFixed(1)} times what it did`] : []),
      ...(promises > 2 * before.promises
        ? [`${name} makes ${promises} promises a command, where it made ${before.promises}`]
        : []),
    ]
  })
