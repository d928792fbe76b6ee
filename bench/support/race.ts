import type { Cost } from '../programs/contender.ts'
import { contenderPath } from './contenders.ts'
import { median } from './numbers.ts'
import { Remote } from './remote.ts'
import { least, type Row, type Table } from './table.ts'
import type { Case, Effort, Race } from './workload.ts'

interface Runner {
  readonly name: string
  readonly remote: Remote
  readonly costs: Cost[]
  steps: number
}

/** Runs one case: its contenders take turns, each round in another order, and what they came to is looked at in the end. */
export async function raceCase(race: Race, one: Case<unknown>, effort: Effort): Promise<Table> {
  const runners = takingPart(one, effort).map((name): Runner => {
    const remote = new Remote('contender', race.name, one.name, contenderPath(name))
    return { name, remote, costs: [], steps: 1 }
  })
  try {
    for (const { remote } of runners) await remote.ask('open')
    for (const runner of runners)
      runner.steps = await runner.remote.ask<number>('fit', effort.milliseconds, effort.warmUp)
    for (let round = 0; round < effort.rounds; round++) await oneRound(runners, round)
    const rows: Row[] = []
    for (const runner of runners) rows.push(await rowOf(runner))
    return { name: one.name, rows: withRatios(rows) }
  } finally {
    await Promise.all(runners.map(({ remote }) => remote.end()))
  }
}

const takingPart = ({ contenders, slow = [] }: Case<unknown>, { isQuick, only }: Effort): readonly string[] =>
  contenders.filter((name) => (only ? only.includes(name) : !isQuick || !slow.includes(name)))

async function oneRound(runners: readonly Runner[], round: number): Promise<void> {
  for (let i = 0; i < runners.length; i++) {
    const { remote, steps, costs } = runners[(round + i) % runners.length] as Runner
    costs.push(await remote.ask<Cost>('round', steps))
  }
}

async function rowOf({ name, remote, costs }: Runner): Promise<Row> {
  const figures = await remote.ask<Record<string, number>>('finish')
  const cpus = costs.map(({ cpu }) => cpu)
  const wall = median(costs.map(({ wall }) => wall))
  return { name, values: { 'µs CPU': median(cpus), [least]: Math.min(...cpus), µs: wall, ...figures } }
}

/** How many times as fast as these each is, by CPU. */
const measures = ['flushout', 'plain']

function withRatios(rows: readonly Row[]): readonly Row[] {
  const cpuOf = (row: Row | undefined) => row?.values['µs CPU']
  const known = measures.filter((name) => rows.some((row) => row.name === name))
  return rows.map((row) => {
    const ratios = known.map((name) => {
      const measure = cpuOf(rows.find((other) => other.name === name)) as number
      return [`× ${name}`, measure / (cpuOf(row) as number)] as const
    })
    return { ...row, values: { ...row.values, ...Object.fromEntries(ratios) } }
  })
}
