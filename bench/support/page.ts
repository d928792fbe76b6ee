import { type Aim, aims } from '../aims.ts'
import { figure } from './numbers.ts'
import { figureIn, type Results } from './results.ts'
import { markdownOf } from './table.ts'
import type { Workload } from './workload.ts'

export interface Judgement {
  readonly aim: Aim
  /** `NaN` where it was not measured. */
  readonly is: number
  readonly isReached: boolean
}

/** Which aims of a workload are reached. */
export const judged = (results: Results, workload: string): readonly Judgement[] =>
  aims
    .filter((aim) => aim.workload === workload)
    .map((aim) => {
      const is = aim.of((...place) => figureIn(results, ...place))
      return { aim, is, isReached: is >= (aim.atLeast ?? Number.NEGATIVE_INFINITY) && is <= (aim.atMost ?? Infinity) }
    })

/** An aim in a line. */
export function lineOf({ aim, is, isReached }: Judgement): string {
  const bound =
    aim.atLeast === undefined ? `at most ${figure(aim.atMost as number)}` : `at least ${figure(aim.atLeast)}`
  const found = Number.isNaN(is) ? 'not measured' : figure(is)
  const held = !isReached && !Number.isNaN(is) && aim.heldBack ? ` ${aim.heldBack}` : ''
  return `${isReached ? '✓' : Number.isNaN(is) ? '–' : '✗'} ${aim.text}: ${found} (${bound}).${held}`
}

/** The page of results. */
export function pageOf(results: Results, workloads: readonly Workload[]): string {
  const { processors, memory, system, node, versions } = results.machine
  const measured = workloads.filter(({ name }) => results.workloads[name])
  const sections = measured.map((workload) => sectionOf(results, workload))
  return `# Results

Made by \`npm run bench -- --write\`; what it runs and how is in [the workloads](workloads/) and [the contenders](contenders/).

- ${processors}, ${memory}, ${system}, Node ${node.slice(1)}
- ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(' · ')}

Contenders do the same in processes of their own, by turns, each round in another order. What they hold in the end is compared
with what plain objects hold after the same commands. Costs are medians per command: CPU is that of the whole process, with what
the engine does beside; on a machine that others use too it says more than time. Garbage is collected in one thread, as several that
wait for each other look busy. \`× flushout\` and \`× plain\` are how many
times as fast as these each is, by CPU; \`plain\` is written by hand for just this workload, and is the limit.

${sections.join('\n\n')}
`
}

function sectionOf(results: Results, { name, title, definition }: Workload): string {
  const { on, isQuick, tables } = results.workloads[name] as Results['workloads'][string]
  const aimed = judged(results, name).map((one) => `- ${lineOf(one)}`)
  return [
    `## ${title}`,
    definition,
    `\`npm run bench -- ${name}\`, ${on}${isQuick ? ', quick' : ''}`,
    ...(aimed.length > 0 ? [aimed.join('\n')] : []),
    ...tables.map(markdownOf),
  ].join('\n\n')
}
