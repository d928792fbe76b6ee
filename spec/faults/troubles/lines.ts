import type { Random } from '../../../lib/testing/simulator/random.ts'
import { pause, until, within } from '../support/within.ts'
import type { Seat, World } from '../support/world.ts'
import {
  allWork,
  anySeat,
  busyUntil,
  isTaken,
  liveSeat,
  metByHosts,
  namesOf,
  soon,
  type Trouble,
  untilRenewed,
} from './trouble.ts'

/** Whatever it does to a line that works. */
const badLine = (name: string, act: (seat: Seat, random: Random, world: World) => Promise<boolean>): Trouble => ({
  name,
  with: 'clients',
  async act(world, random) {
    const seat = await liveSeat(world, random)
    void seat.process.ask({ type: 'work', commands: 8, until: 'applied' })
    return act(seat, random, world)
  },
})

/** Whether nothing was settled meanwhile. */
async function nothingComesThrough({ process }: Seat, milliseconds: number): Promise<boolean> {
  let isSettled = false
  void process.ask({ type: 'work', commands: 4, until: 'settled' }).then(() => {
    isSettled = true
  })
  await pause(milliseconds)
  return !isSettled
}

/** The host takes a flush, and the client never hears of it. */
const answerDropped: Trouble = {
  name: 'only the answer is dropped',
  with: 'clients',
  async act(world, random) {
    const seat = await liveSeat(world, random)
    await within('a client to settle everything', seat.process.ask({ type: 'rest' }))
    seat.line.pause('to client')
    const before = namesOf(world, seat)
    await seat.process.ask({ type: 'work', commands: 4, until: 'applied' })
    const names = new Set([...namesOf(world, seat)].filter((name) => !before.has(name)))
    // The host may have died, and over this line nobody gets to another.
    const isThere = await soon(() => isTaken(world, seat, names), 4_000)
    const isUnheard = world.notedBy(seat).every((entry) => entry.type !== 'settled' || !names.has(entry.name))
    seat.line.cut()
    seat.line.resume('to client')
    return isThere && isUnheard
  },
}

/** Lines that break, or worse, do not. */
export const lines: readonly Trouble[] = [
  answerDropped,
  ...(['cut', 'reset'] as const).map((way) =>
    badLine(`a line is ${way}`, async (seat, random, world) => {
      await pause(random.below(150))
      const isThere = seat.line.size > 0
      await untilRenewed(world, seat, seat.line[way])
      return isThere
    }),
  ),
  badLine('a line carries nothing for a while', async (seat, random) => {
    const direction = random.pick(['to server', 'to client'] as const)
    seat.line.pause(direction)
    const isMute = await nothingComesThrough(seat, random.between(100, 1_500))
    seat.line.resume(direction)
    return isMute
  }),
  badLine('a line is half-open', async (seat) => {
    seat.line.silence()
    return nothingComesThrough(seat, 200)
  }),
  badLine('a line is slow', async ({ line, process }, random) => {
    for (const direction of ['to server', 'to client'] as const) line.delay(direction, random.between(5, 80))
    await within('a slow line to carry', process.ask({ type: 'work', commands: 2, until: 'settled' }))
    return true
  }),
  {
    name: 'a client goes to another host',
    with: 'hosts',
    async act(world, random) {
      await moved(world, anySeat(world, random))
      return true
    },
  },
  {
    name: 'two hosts race for the same place',
    with: 'hosts',
    async act(world) {
      const [one, other] = world.lonely as [Seat, Seat]
      if (one.host === other.host) await moved(world, other)
      const before = metByHosts(world, 'lost race')
      const race = until('a lost race', () => metByHosts(world, 'lost race') > before)
      await busyUntil('a lost race', race, () => allWork(world, 8))
      return true
    },
  },
]

/** Its line leads to the next host from now on. */
const moved = (world: World, seat: Seat): Promise<void> =>
  untilRenewed(world, seat, () => {
    seat.host = (seat.host + 1) % world.stands.length
    seat.line.cut()
  })
