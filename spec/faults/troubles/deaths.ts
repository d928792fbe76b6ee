import { clientPoints, hostPoints } from '../programs/failpoints.ts'
import { pause, within } from '../support/within.ts'
import type { Stand } from '../support/world.ts'
import { allWork, anySeat, anyStand, busyUntil, liveSeat, someWork, type Trouble } from './trouble.ts'

const dyingClient = (at: (typeof clientPoints)[number]): Trouble => ({
  name: `a client dies ${at}`,
  with: 'clients',
  async act(world, random) {
    const seat = anySeat(world, random)
    const { process } = seat
    await process.ask({ type: 'arm', failpoint: { at, nth: random.between(1, 3) } })
    const { signal } = await busyUntil(`a client to die ${at}`, process.ended, () => {
      someWork(seat, 4)
    })
    world.reseat(seat)
    return signal === 'SIGKILL'
  },
})

const dyingHost = (at: (typeof hostPoints)[number]): Trouble => ({
  name: `a host dies ${at}`,
  with: 'hosts',
  async act(world, random) {
    const seat = await liveSeat(world, random)
    const stand = world.stands[seat.host] as Stand
    const { process } = stand
    const isSaving = at.includes('snapshot')
    // There is something to save when it ends in order.
    if (isSaving) await within('something to save', seat.process.ask({ type: 'work', commands: 4, until: 'settled' }))
    await process.ask({ type: 'arm', failpoint: { at, nth: isSaving ? 1 : random.between(1, 3) } })
    if (isSaving) void process.ask({ type: 'end' })
    const { signal } = await busyUntil(`a host to die ${at}`, process.ended, () => allWork(world, 3))
    await world.restart(stand)
    return signal === 'SIGKILL'
  },
})

/** Processes that die, or end. */
export const deaths: readonly Trouble[] = [
  ...clientPoints.map(dyingClient),
  ...hostPoints.map(dyingHost),
  {
    name: 'a client is killed',
    with: 'clients',
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
    name: 'a client closes with commands waiting',
    with: 'clients',
    async act(world, random) {
      const seat = anySeat(world, random)
      seat.line.pause('to server')
      await within('commands to be kept', seat.process.ask({ type: 'work', commands: 5, until: 'kept' }))
      const waiting = await seat.process.ask<number>({ type: 'waiting' })
      void seat.process.ask({ type: 'end' })
      const { code } = await within('a client to end', seat.process.ended)
      seat.line.resume('to server')
      world.reseat(seat)
      return code === 0 && (waiting ?? 0) > 0
    },
  },
  {
    name: 'a host is killed, and is gone for a while',
    with: 'hosts',
    async act(world, random) {
      const stand = anyStand(world, random)
      allWork(world, 10)
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
    with: 'hosts',
    async act(world, random) {
      const stand = anyStand(world, random)
      allWork(world, 10)
      void stand.process.ask({ type: 'end' })
      const { code } = await within('a host to end', stand.process.ended)
      await world.restart(stand)
      return code === 0
    },
  },
]
