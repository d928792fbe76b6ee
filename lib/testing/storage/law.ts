import type { Bench } from './bench.ts'

/** What a storage can do: it switches laws on and off, and is in the suite's name. */
export interface StorageCapabilities {
  /** What was written is there when every opener was closed and another one opens. */
  readonly durable: boolean
  /** Whether names can be held here. Where they cannot, nobody gets one. */
  readonly names: boolean
  /** Milliseconds that any one thing may take. @default 4_000 */
  readonly patience?: number
}

/** One sentence that holds for every storage, and how to find out. */
export interface StorageLaw {
  readonly name: string
  run(bench: Bench): Promise<void>
}
