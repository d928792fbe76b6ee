import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../../lib/testing/simulator/random.ts'
import { until, within } from '../support/within.ts'
import type { World } from '../support/world.ts'
import { allWork, anySeat, busyUntil, metByHosts, type Trouble } from './trouble.ts'

/** What is told of a storage. */
const codesTold = (world: World, subject: string): string[] =>
  world.livesOf(subject).flatMap(({ entries }) => {
    return entries.flatMap((entry) =>
      entry.type === 'told' && entry.event.type === 'storage' ? [entry.event.code] : [],
    )
  })

/** Flips a bit of what is kept, but not in the end of the last line: that would be one that was never answered. */
function flipBit(folder: string, random: Random): void {
  const documents = join(folder, 'documents')
  const logs = readdirSync(documents).filter((name) => name.endsWith('.log'))
  const file = join(documents, random.pick(logs))
  const bytes = readFileSync(file)
  const at = random.below(statSync(file).size - 1)
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << random.below(8)), at)
  writeFileSync(file, bytes)
}

/** Disks that are full, and such that forget. */
export const disks: readonly Trouble[] = [
  {
    name: 'the disk of a client is full for a while',
    with: 'clients',
    async act(world, random) {
      const { task, process } = anySeat(world, random)
      const { subject } = task
      const disk = world.diskOf(subject)
      const before = codesTold(world, subject).length
      world.troubled.add(subject)
      await disk.fill()
      const full = until('a full storage to be told', () => codesTold(world, subject).length > before)
      await busyUntil('a full storage to be told', full, () => {
        void process.ask({ type: 'work', commands: 3, until: 'applied' })
      })
      await disk.free()
      world.excuse(subject)
      return codesTold(world, subject).slice(before).includes('storage_full')
    },
  },
  {
    name: 'the disk of the history is full for a while',
    with: 'hosts',
    async act(world) {
      const disk = world.diskOf('history')
      const failures = () => metByHosts(world, 'failed append')
      const before = failures()
      await disk.fill()
      await busyUntil(
        'an append to fail',
        until('an append to fail', () => failures() > before),
        () => allWork(world, 5),
      )
      await disk.free()
      return true
    },
  },
  {
    name: 'a bit flips in what a client keeps',
    with: 'clients',
    async act(world, random) {
      const { subject, folder } = anySeat(world, random).task
      const seats = world.seats.filter(({ task }) => task.subject === subject)
      for (const { line } of seats) line.pause('to server')
      const working = seats.map(({ process }) => process.ask({ type: 'work', commands: 6, until: 'kept' }))
      await within('commands to be kept', Promise.all(working))
      // Who runs has in mind what is kept, and does not look again.
      for (const { process } of seats) process.kill('SIGKILL')
      await Promise.all(seats.map(({ process }) => process.ended))
      const before = codesTold(world, subject).length
      flipBit(folder, random)
      world.excuse(subject)
      for (const seat of seats) world.reseat(seat)
      await until('damage to be told', () => codesTold(world, subject).length > before)
      for (const { line } of seats) line.resume('to server')
      return codesTold(world, subject).slice(before).includes('storage_damaged')
    },
  },
]
