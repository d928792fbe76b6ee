import type { DocumentKinds } from '../../documents.ts'
import type { Right } from '../../host/session.ts'
import type { Checker } from './checker/checker.ts'
import type { Counts } from './counts.ts'
import type { Store } from './history.ts'
import type { CommandMaker } from './kinds.ts'
import type { Network } from './network.ts'
import type { Plan } from './plan.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

/** What the processes of a world live in. */
export interface Surroundings {
  readonly plan: Plan
  readonly kinds: DocumentKinds
  readonly commands: CommandMaker
  readonly documents: readonly string[]
  readonly timeline: Timeline
  readonly random: Random
  readonly trace: Trace
  readonly counts: Counts
  readonly checker: Checker
  readonly network: Network
  readonly store: Store
  /** Whether anybody reaches the store, and the milliseconds that it takes longer. */
  readonly isStoreUp: boolean
  readonly storeSlowness: number
  latency(random: Random): number
  initialOf(document: string): object
  /** Who may do what; by name, so that the checker may ask it, too. */
  rightOf(subject: string, document: string): Right
}
