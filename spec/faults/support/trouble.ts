import type { Random } from '../../../lib/testing/simulator/random.ts'
import { clientPoints, hostPoints } from '../programs/failpoints.ts'
import { countOf, keptIn } from './histories.ts'
import { within } from './within.ts'
import type { Seat, Stand, World } from './world.ts'

/** Something that goes wrong. @returns whether it really did */
type Act = (world: World, random: Random) => Promise<boolean>

export interface Trouble {
  readonly name: string
  readonly act: Act
}

const pause = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds))

const anyStand = ({ stands }: World, random: Random): Stand => random.pick(stands)
const anySeat = ({ seats }: World, random: Random): Seat => random.pick(seats)

/** Somebody whose line works. */
async function liveSeat(world: World, random: Random): Promise<Seat> {
  const seat = anySeat(world, random)
  await seat.process.ask({ type: 'hurry' })
  await within(10_000, 'a line to work', seat.process.ask({ type: 'live' }))
  return seat
}

/** Dies where it was told to, if it comes by in time. */
async function diesThere(process: Seat['process'] | Stand['process']): Promise<boolean> {
  try {
    const { signal } = await within(4_000, 'it to come by', process.ended)
    return signal === 'SIGKILL'
  } catch {
    await (process as Seat['process']).ask({ type: 'arm', failpoint: undefined })
    return !process.isRunning
  }
}

const dyingClient = (at: (typeof clientPoints)[number]): Trouble => ({
  name: `a client dies ${at}`,
  async act(world, random) {
    const seat = anySeat(world, random)
    await seat.process.ask({ type: 'arm', failpoint: { at, nth: random.between(1, 3) } })
    void seat.process.ask({ type: 'work', commands: 12, until: 'settled' })
    const isDead = await diesThere(seat.process)
    if (isDead) world.reseat(seat)
    return isDead
  },
})

const dyingHost = (at: (typeof hostPoints)[number]): Trouble => ({
  name: `a host dies ${at}`,
  async act(world, random) {
    const seat = await liveSeat(world, random)
    const stand = world.stands[seat.host] as Stand
    const isSaving = at.includes('snapshot')
    // There is something to save.
    if (isSaving) await seat.process.ask({ type: 'work', commands: 4, until: 'settled' })
    await stand.process.ask({ type: 'arm', failpoint: { at, nth: isSaving ? 1 : random.between(1, 3) } })
    for (const { process } of world.seats) void process.ask({ type: 'work', commands: 6, until: 'applied' })
    if (isSaving) void stand.process.ask({ type: 'end' })
    const isDead = await diesThere(stand.process)
    if (!stand.process.isRunning) await world.restart(stand)
    return isDead
  },
})

/** Whatever it does to a line, and what makes that good again. */
const badLine = (name: string, act: (seat: Seat, random: Random) => Promise<unknown>): Trouble => ({
  name,
  async act(world, random) {
    const seat = await liveSeat(world, random)
    const isLine = seat.line.size > 0
    void seat.process.ask({ type: 'work', commands: 8, until: 'applied' })
    await act(seat, random)
    await seat.process.ask({ type: 'hurry' })
    return isLine
  },
})

/** The host takes a flush, and the client never hears of it. */
const answerDropped: Trouble = {
  name: 'only the answer is dropped',
  async act(world, random) {
    const seat = await liveSeat(world, random)
    const { subject } = seat.task
    const ownIn = async () => {
      const { histories } = await keptIn(world.history)
      return [...histories.values()]
        .map((all) => countOf(all.filter(({ by }) => by === subject)))
        .reduce((a, b) => a + b)
    }
    await within(10_000, 'a client to flush', seat.process.ask({ type: 'flush' }))
    seat.line.pause('to client')
    const before = await ownIn()
    void seat.process.ask({ type: 'work', commands: 4, until: 'applied' })
    const end = Date.now() + 3_000
    let isTaken = false
    while (!isTaken && Date.now() < end) {
      await pause(30)
      isTaken = (await ownIn()) > before
    }
    seat.line.cut()
    seat.line.resume('to client')
    await seat.process.ask({ type: 'hurry' })
    return isTaken
  },
}

const sleeping = (name: string, who: (world: World, random: Random) => Seat | Stand): Trouble => ({
  name,
  async act(world, random) {
    const { process } = who(world, random)
    for (const seat of world.seats) void seat.process.ask({ type: 'work', commands: 5, until: 'applied' })
    process.kill('SIGSTOP')
    await pause(random.between(100, 1_500))
    process.kill('SIGCONT')
    return process.isRunning
  },
})

/** Everything that can go wrong with processes and lines. */
export const troubles: readonly Trouble[] = [
  ...clientPoints.map(dyingClient),
  ...hostPoints.map(dyingHost),
  {
    name: 'a client is killed',
    async act(world, random) {
      const seat = anySeat(world, random)
      void seat.process.ask({ type: 'work', commands: 20, until: 'settled' })
      await pause(random.below(300))
      seat.process.kill('SIGKILL')
      const { signal } = await seat.process.ended
      world.reseat(seat)
      return signal === 'SIGKILL'
    },
  },
  {
    name: 'a host is killed, and is gone for a while',
    async act(world, random) {
      const stand = anyStand(world, random)
      for (const { process } of world.seats) void process.ask({ type: 'work', commands: 10, until: 'applied' })
      await pause(random.below(200))
      stand.process.kill('SIGKILL')
      const { signal } = await stand.process.ended
      await pause(random.below(600))
      await world.restart(stand)
      return signal === 'SIGKILL'
    },
  },
  {
    name: 'a host ends in order, under load',
    async act(world, random) {
      const stand = anyStand(world, random)
      for (const { process } of world.seats) void process.ask({ type: 'work', commands: 10, until: 'applied' })
      void stand.process.ask({ type: 'end' })
      const { code } = await within(10_000, 'a host to end', stand.process.ended)
      await world.restart(stand)
      return code === 0
    },
  },
  {
    name: 'a client goes to another host',
    async act(world, random) {
      const seat = anySeat(world, random)
      seat.host = (seat.host + 1) % world.stands.length
      seat.line.cut()
      await seat.process.ask({ type: 'hurry' })
      return true
    },
  },
  sleeping('a host sleeps', anyStand),
  sleeping('a client sleeps', anySeat),
  answerDropped,
  badLine('a line is cut', async ({ line }, random) => {
    await pause(random.below(150))
    line.cut()
  }),
  badLine('a line is reset', async ({ line }, random) => {
    await pause(random.below(150))
    line.reset()
  }),
  badLine('a line carries nothing for a while', async ({ line }, random) => {
    const direction = random.pick(['to server', 'to client'] as const)
    line.pause(direction)
    await pause(random.between(100, 1_500))
    line.resume(direction)
  }),
  badLine('a line is half-open', async ({ line }) => {
    line.silence()
    await pause(1_000)
  }),
  badLine('a line is slow', async ({ line }, random) => {
    for (const direction of ['to server', 'to client'] as const) line.delay(direction, random.between(5, 80))
    await pause(random.between(100, 500))
  }),
]
