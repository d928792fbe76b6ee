import type { Bench, BenchOptions } from './bench.ts'

/** What a transport can do beyond the contract, or cannot: it switches laws on and off. */
export interface TransportCapabilities {
  /** The edge encodes a message once that several sessions emit as the same object. */
  readonly encodesOnce?: boolean
  /** The ways in which the fixture's `break` can break a line. */
  readonly breaks?: readonly string[]
  /** One transport carries one session at a time. */
  readonly oneAtATime?: boolean
  /** The fixture has `unanswered`. */
  readonly unanswered?: boolean
  /** The fixture has `held`. */
  readonly held?: boolean
  /** Milliseconds that any one thing may take. @default 4_000 */
  readonly patience?: number
}

/** One sentence that holds for every transport, and how to find out. */
export interface TransportLaw extends BenchOptions {
  readonly name: string
  run(bench: Bench): Promise<void>
}
