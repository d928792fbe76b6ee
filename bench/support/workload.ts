import type { Contender } from './contender.ts'
import type { Table } from './table.ts'

/** What is held, and what should be. */
export type Outcomes = readonly (readonly [is: unknown, should: unknown])[]

/** A contender at work, in its process. */
export interface Running {
  /** Makes what a step needs. Not measured. */
  prepare?(): unknown
  /** What is measured: so many commands as the case says. */
  step(): unknown
  /** What the contender and its server hold now. */
  documents(): Outcomes | Promise<Outcomes>
  /** What it found beside time. */
  figures?(): Readonly<Record<string, number>>
}

/** One size of a workload. */
export interface Case<P> {
  readonly name: string
  readonly params: P
  /** How many commands a step is: costs are per command. */
  readonly commands: number
  /** Who takes part. */
  readonly contenders: readonly string[]
  /** Those that take part only when there is time. */
  readonly slow?: readonly string[]
}

/** A race: contenders do the same, by turns, each in a process of its own. */
export interface Race<P = unknown> {
  readonly name: string
  readonly title: string
  /** How it is defined, for whoever reads the results. */
  readonly definition: string
  readonly cases: readonly Case<P>[]
  start(contender: Contender, params: P): Running | Promise<Running>
}

/** What a contender must be able to do to take part. */
export function able<K extends keyof Contender>(contender: Contender, ability: K): NonNullable<Contender[K]> {
  const able = contender[ability]
  if (!able) throw new TypeError(`A contender without ${ability} cannot take part.`)
  return able as NonNullable<Contender[K]>
}

/** How much is done. */
export interface Effort {
  readonly isQuick: boolean
  /** How often each contender has its turn. */
  readonly rounds: number
  /** About how long a turn takes. */
  readonly milliseconds: number
  /** Milliseconds of work before the first. */
  readonly warmUp: number
  /** Who takes part, if not all. */
  readonly only?: readonly string[]
}

/** Something to be measured. */
export interface Workload {
  readonly name: string
  readonly title: string
  readonly definition: string
  /** @param say told what is being done */
  measure(effort: Effort, say: (what: string) => void): Promise<readonly Table[]>
}
