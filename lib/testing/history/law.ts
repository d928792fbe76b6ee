import type { Bench, HistoryRetention } from './bench.ts'

/** What an adapter can do beyond the contract, or cannot: it switches laws on and off, and is in the suite's name. */
export interface HistoryCapabilities {
  /** What was appended is there when every opener was closed and another one opens. */
  readonly durable: boolean
  /** How far a channel reaches: those who share one opener, or every opener of the store. */
  readonly channel: 'opener' | 'store'
  /** Milliseconds that any one thing may take. @default 4_000 */
  readonly patience?: number
}

/** One sentence that holds for every history, and how to find out. */
export interface HistoryLaw {
  readonly name: string
  /** What the store keeps behind the newest snapshot. @default all of it */
  readonly retention?: Partial<HistoryRetention>
  run(bench: Bench): Promise<void>
}
