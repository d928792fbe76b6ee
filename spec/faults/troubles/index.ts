import { Random } from '../../../lib/testing/simulator/random.ts'
import { deaths } from './deaths.ts'
import { disks } from './disks.ts'
import { lines } from './lines.ts'
import { sleep } from './sleep.ts'
import type { Trouble } from './trouble.ts'

/** What befalls processes and lines. */
export const mishaps: readonly Trouble[] = [...deaths, ...lines, ...sleep]

const troubles: readonly Trouble[] = [...mishaps, ...disks]
const troublesEach = Math.ceil(troubles.length / 3)

/** How many worlds there are at least before all troubles have come, whichever seed is the first. */
export const worldsForAll = 2 * Math.ceil(troubles.length / troublesEach) - 1

/** The troubles of a seed. Neighbours share them out, so that all come before any comes again. */
export function troublesOf(seed: number): readonly Trouble[] {
  const worlds = Math.ceil(troubles.length / troublesEach)
  const shuffled = new Random(Math.floor(seed / worlds)).some(troubles, troubles.length)
  const first = (seed % worlds) * troublesEach
  return shuffled.slice(first, first + troublesEach)
}
