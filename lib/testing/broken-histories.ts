import type { Break } from './history/broken.ts'
import { brokenAppends } from './history/broken-appends.ts'
import { brokenKeeping } from './history/broken-keeping.ts'
import { brokenReads } from './history/broken-reads.ts'
import { brokenTraces } from './history/broken-traces.ts'

export type { Break } from './history/broken.ts'

/** Histories with one fault each, by what it does, which `historySuite` rejects: what it lets pass it does not test. */
export const brokenHistories: Readonly<Record<string, Break>> = {
  ...brokenAppends,
  ...brokenReads,
  ...brokenKeeping,
  ...brokenTraces,
}
