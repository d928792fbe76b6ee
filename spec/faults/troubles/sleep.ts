import type { Random } from '../../../lib/testing/simulator/random.ts'
import { pause, until, within } from '../support/within.ts'
import type { Seat, Stand, World } from '../support/world.ts'
import { allWork, anySeat, anyStand, isTaken, namesOf, soon, type Trouble } from './trouble.ts'

/** Another process of somebody, on the same storage. */
async function companionOf(world: World, seat: Seat, random: Random): Promise<Seat> {
  const { subject } = seat.task
  const others = world.seats.filter((other) => other !== seat && other.task.subject === subject)
  const companion = others[0] ?? (await world.sit(subject, { host: random.below(world.stands.length) }))
  await within('a second process to load', companion.process.ask({ type: 'loaded' }))
  return companion
}

/** Is stopped while something happens. @returns whether it did, and nobody was awake */
async function asleep({ process }: Seat | Stand, meanwhile: () => Promise<boolean>): Promise<boolean> {
  let isAwake = false
  process.kill('SIGSTOP')
  const answered = (process as Seat['process']).ask({ type: 'arm', failpoint: undefined }).then(() => {
    isAwake = true
  })
  try {
    return (await meanwhile()) && !isAwake && process.isRunning
  } finally {
    process.kill('SIGCONT')
    await within('who slept to wake up', answered)
  }
}

const isToldToHaveLost = (world: World, seat: Seat): boolean =>
  world.notedBy(seat).some((entry) => entry.type === 'told' && entry.event.type === 'taken_over')

const sleeping = (who: 'clients' | 'hosts', any: (world: World, random: Random) => Seat | Stand): Trouble => ({
  name: `one of the ${who} sleeps`,
  with: who,
  async act(world, random) {
    allWork(world, 5)
    const enough = pause(random.between(100, 1_500)).then(() => true)
    return asleep(any(world, random), () => enough)
  },
})

/** Processes that stop for a while, and those that live beside them. */
export const sleep: readonly Trouble[] = [
  sleeping('clients', anySeat),
  sleeping('hosts', anyStand),
  {
    name: 'a second process works on the same storage',
    with: 'clients',
    async act(world, random) {
      const seat = anySeat(world, random)
      const other = await companionOf(world, seat, random)
      const work = { type: 'work', commands: 6, until: 'kept' } as const
      const working = Promise.all([seat, other].map(({ process }) => process.ask(work)))
      await within('two processes to keep what they do', working)
      return seat.process.isRunning && other.process.isRunning
    },
  },
  {
    name: 'another process sends what one that sleeps had',
    with: 'clients',
    async act(world, random) {
      const seat = anySeat(world, random)
      await companionOf(world, seat, random)
      seat.line.pause('to server')
      const before = namesOf(world, seat)
      await within('commands to be kept', seat.process.ask({ type: 'work', commands: 6, until: 'kept' }))
      const names = new Set([...namesOf(world, seat)].filter((name) => !before.has(name)))
      // It may have been stopped while it wrote, and then everybody waits for it.
      const isSent = await asleep(seat, () => soon(() => isTaken(world, seat, names), 10_000))
      if (isSent) await until('who slept to be told', () => isToldToHaveLost(world, seat))
      seat.line.resume('to server')
      return isSent
    },
  },
]
