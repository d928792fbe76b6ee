import type { DocumentKinds } from '../../documents.ts'
import type { Violation } from './checker/checker.ts'
import { anyCommand, type CommandMaker, standardKinds } from './kinds.ts'
import { draw, type Knobs } from './plan.ts'
import { type Setting, World } from './world.ts'

/** What is simulated. */
export interface SimulationOptions extends Knobs, Pick<Setting, 'wrapHistory' | 'wrapTransport'> {
  /** Decides everything: the same seed gives the same run. */
  readonly seed: number
  /** The kinds of documents that are edited. @default two small ones, one of them with a moody interceptor */
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
  /** Moments of virtual time, and how much of it. */
  readonly moments: number
  readonly milliseconds: number
}

/** Runs one seed. It takes no real time but that of computing, and leaves nothing behind. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { seed, documents = standardKinds, commands = anyCommand, show, wrapHistory, wrapTransport } = options
  const world = new World({
    seed,
    plan: draw(seed, options),
    kinds: documents,
    commands,
    show,
    wrapHistory,
    wrapTransport,
  })
  await world.run()
  return {
    seed,
    violation: world.checker.violation,
    trace: world.trace.hash,
    counts: world.counts.toJSON(),
    moments: world.timeline.passed,
    milliseconds: world.timeline.now,
  }
}
