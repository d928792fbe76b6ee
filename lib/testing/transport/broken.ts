import type { SessionSource, Transport } from '../../contracts/transport.ts'

/** A transport with one fault, made of a good one, and how the name of the law begins that finds it. */
export interface BrokenTransport {
  readonly fault: string
  readonly law: string
  over(good: (source: SessionSource) => Transport, source: SessionSource): Transport
}
