import type { DocumentKinds } from '../../documents.ts'
import type { Violation } from './checker/checker.ts'
import { Counts } from './counts.ts'
import { anyCommand, type CommandMaker, standardKinds } from './kinds.ts'
import { draw, type Knobs } from './plan.ts'
import { play } from './play.ts'
import { World } from './world.ts'

/** What is simulated, and how much of it. */
export interface SimulationOptions extends Knobs {
  /** Decides everything: the same seed gives the same run. */
  readonly seed: number
  /** The kinds of documents that are edited, one document of each. @default two small ones, one with a moody interceptor */
  readonly documents?: DocumentKinds
  /** What is done to them. @default anything that fits the document */
  readonly commands?: CommandMaker
  /** Is told what happens, line by line. */
  readonly show?: (line: string) => void
}

/** What came of one seed. */
export interface SimulationReport {
  readonly seed: number
  /** What did not hold; `undefined` where everything did. */
  readonly violation: Violation | undefined
  /** Names all that happened: equal for equal seeds. */
  readonly trace: string
  /** How often each fault and each rare thing happened. */
  readonly counts: Readonly<Record<string, number>>
  /** The steps that were taken, by their number. */
  readonly steps: readonly number[]
}

/** Runs one seed. It takes no real time but that of computing, and leaves nothing behind. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, documents = standardKinds, commands = anyCommand, show } = options
  const plan = draw(seed, options)
  const world = new World({ seed, plan, kinds: documents, commands, show })
  await play(world)
  return {
    seed,
    violation: world.checker.violation,
    trace: world.trace.hash,
    counts: world.counts.toJSON(),
    steps: plan.steps.map(({ index }) => index),
  }
}

/** What came of many seeds. */
export interface SimulationSummary {
  readonly seeds: number
  /** The seeds in which something did not hold. */
  readonly failures: readonly SimulationReport[]
  readonly counts: Readonly<Record<string, number>>
}

/** Runs so many seeds, one after the other, from `seed` on. `each` is told of every one. */
export async function simulateMany(
  options: SimulationOptions & { readonly seeds: number },
  each: (report: SimulationReport) => void = () => undefined,
): Promise<SimulationSummary> {
  const counts = new Counts()
  const failures: SimulationReport[] = []
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const report = await simulate({ ...options, seed })
    for (const [what, times] of Object.entries(report.counts)) counts.add(what, times)
    if (report.violation) failures.push(report)
    each(report)
  }
  return { seeds: options.seeds, failures, counts: counts.toJSON() }
}
