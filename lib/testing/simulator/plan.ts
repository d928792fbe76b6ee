import type { Keep } from './log.ts'
import { Random } from './random.ts'

/** What may go wrong. */
export const faults = [
  'cut',
  'cut_after',
  'half_open',
  'deaf_host',
  'partition',
  'storm',
  'ghost',
  'say_again',
  'host_crash',
  'host_restart',
  'host_sleep',
  'host_clock',
  'client_crash',
  'client_sleep',
  'client_clock',
  'reopen',
  'append_not_written',
  'append_written',
  'ask_failed',
  'store_slow',
  'store_down',
  'store_lag',
  'notice_lost',
  'torn_write',
  'rollback',
  'loss',
  'slow_hook',
  'refusing_hook',
  'disk_failed',
  'disk_unknown',
] as const

export type Fault = (typeof faults)[number]

/** One thing that somebody does, or that goes wrong. What `chance` decides is its own. */
export interface Step {
  readonly index: number
  /** Virtual milliseconds from the beginning. */
  readonly at: number
  readonly type: 'edit' | Fault
  readonly chance: number
}

/** What is to happen in one run. */
export interface Plan {
  readonly clients: number
  readonly hosts: number
  readonly flushCommands: readonly number[]
  readonly keep: Keep
  readonly idleTime: number
  readonly latency: readonly [number, number]
  readonly syncTime: number
  readonly lag: number
  /** How often an id is one of few, so that creates meet. */
  readonly commonIds: number
  /** Clients from this one on only read. */
  readonly readers: number
  /** Whether clients begin with the initial document, before they have met a host. */
  readonly startsOffline: boolean
  /** Whether clients keep what they have on their devices. */
  readonly keeps: boolean
  readonly steps: readonly Step[]
}

/** How a plan is made smaller. */
export interface Knobs {
  readonly clients?: number | undefined
  readonly hosts?: number | undefined
  /** With `false`, clients keep nothing on their devices. */
  readonly keeps?: boolean | undefined
  /** Only these steps. */
  readonly only?: readonly number[] | undefined
}

const keeps: readonly Keep[] = [
  { batches: 0, records: 1_000 },
  { batches: 3, records: 1_000 },
  { batches: 10, records: 1_000 },
  { batches: 1_000, records: 1_000 },
]
/** So little that even who is there may be forgotten. */
const forgetful: Keep = { batches: 1, records: 4 }
/** How many worlds have clients that keep what they have. */
const keepers = 0.4
const leastEdits = 105
const leastFaults = 12

/** Draws what is to happen, each seed with faults and rates of its own. */
export function draw(seed: number, knobs: Knobs = {}): Plan {
  const random = new Random(seed)
  const clients = random.between(3, 5)
  const hosts = random.between(2, 3)
  const kinds = random.some(faults, random.between(5, 14))
  const length = random.pick([5_000, 20_000, 60_000])
  const least = random.pick([1, 1, 5, 50])
  const plan = {
    clients: knobs.clients ?? clients,
    hosts: knobs.hosts ?? hosts,
    flushCommands: Array.from({ length: hosts }, () => random.pick([2, 3, 5, 1_000])),
    keep: random.chance(0.15) ? forgetful : random.pick(keeps),
    idleTime: random.pick([100, 2_000, 60_000]),
    latency: [least, least * random.pick([1, 3, 20])] as const,
    syncTime: random.pick([0, 1, 10, 100]),
    lag: random.pick([0, 1, 20, 500]),
    commonIds: random.pick([0, 0.1, 0.4]),
    readers: random.chance(0.15) ? clients - 1 : clients,
    startsOffline: random.chance(0.5),
    keeps: random.chance(keepers) && knobs.keeps !== false,
  }
  const edits = Array.from({ length: leastEdits + random.below(30) }, () => 'edit' as const)
  const troubles = Array.from({ length: leastFaults + random.below(20) }, (_, i) => kinds[i] ?? random.pick(kinds))
  const steps = [...edits, ...troubles]
    .map((type) => ({ at: random.below(length), type, chance: random.seed() }))
    .sort((a, b) => a.at - b.at)
    .map((step, index) => ({ ...step, index }))
  const only = knobs.only && new Set(knobs.only)
  return { ...plan, steps: only ? steps.filter(({ index }) => only.has(index)) : steps }
}
