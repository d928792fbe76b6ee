import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import type { Random } from '../../../lib/testing/simulator/random.ts'
import type { DocumentId } from '../programs/documents.ts'
import { nameOf } from '../support/evidence.ts'
import { keptAt } from '../support/histories.ts'
import type { Entry } from '../support/journal.ts'
import { pause, until, within } from '../support/within.ts'
import type { Seat, Stand, World } from '../support/world.ts'

/** Something that goes wrong. */
export interface Trouble {
  readonly name: string
  /** Troubles of clients and of hosts come at the same time, those of one kind one after the other. */
  readonly with: 'clients' | 'hosts'
  /** Returns when it is over. @returns whether it really happened */
  readonly act: (world: World, random: Random) => Promise<boolean>
}

export const anyStand = ({ stands }: World, random: Random): Stand => random.pick(stands)
export const anySeat = ({ lonely }: World, random: Random): Seat => random.pick(lonely)

/** Somebody whose line works. */
export async function liveSeat(world: World, random: Random): Promise<Seat> {
  const seat = anySeat(world, random)
  await whenLive(seat)
  return seat
}

/** How often somebody's line came to work. */
const sessionsOf = (world: World, { task }: Seat): number =>
  world.livesOf(task.subject).reduce((sum, { entries }) => sum + countOf(entries, 'session'), 0)

const unreached = ['failed append', 'history_unavailable', 'failed']

/** How often any host did not reach its history. */
export const unreachedByHosts = (world: World): number =>
  unreached.reduce((sum, what) => sum + metByHosts(world, what), 0)

/** How often something was met by any host. */
export const metByHosts = (world: World, what: string): number =>
  world.stands
    .flatMap(({ index }) => world.livesOf(`host ${index}`))
    .reduce((sum, { entries }) => sum + countOf(entries, what), 0)

const countOf = (entries: readonly Entry[], what: string): number =>
  entries.filter((entry) => entry.type === 'met' && entry.what === what).length

/** Waits until what was done to a line made a new one necessary. */
export async function untilRenewed(world: World, seat: Seat, act: () => void): Promise<void> {
  const before = sessionsOf(world, seat)
  act()
  await until('a new session', () => sessionsOf(world, seat) > before)
}

const whenLive = ({ process }: Seat): Promise<unknown> => within('a line to work', process.ask({ type: 'live' }))

/** Everybody applies so many commands, or those alone to whom something may be done. */
export function allWork({ lonely }: World, commands: number): void {
  for (const seat of lonely) someWork(seat, commands)
}

const busy = new WeakSet<Seat['process']>()

/** Somebody applies so many commands, unless some of before wait yet: they would become more and more. */
export function someWork({ process }: Seat, commands: number): void {
  if (busy.has(process)) return
  busy.add(process)
  void process.ask({ type: 'work', commands, until: 'settled' }).then(() => busy.delete(process))
}

/** Has commands applied now and then until something has happened. */
export async function busyUntil<T>(what: string, happening: Promise<T>, work: () => void): Promise<T> {
  let isOver = false
  const working = async () => {
    while (!isOver) {
      work()
      await Promise.race([happening, pause(150)])
    }
  }
  void working()
  return within(what, happening).finally(() => {
    isOver = true
  })
}

/** The names of what a process has made by now. */
export const namesOf = (world: World, seat: Seat): Set<string> =>
  new Set(world.notedBy(seat).flatMap((entry) => (entry.type === 'made' ? [entry.name] : [])))

/** Whether it is so before long. */
export const soon = (isSo: () => Promise<boolean>, milliseconds: number): Promise<boolean> =>
  until('what may never come', isSo, milliseconds).then(
    () => true,
    () => false,
  )

/** Whether one of these commands was judged, whoever of its subject has sent it. */
export async function isTaken(world: World, { task }: Seat, names: ReadonlySet<string>): Promise<boolean> {
  const { subject } = task
  const { histories } = await keptAt(world.place())
  return world.livesOf(subject).some(({ entries }) =>
    entries.some((entry) => {
      if (entry.type !== 'said') return false
      const { document, client, after, completions } = entry.flush
      if (!completions.some(({ command }) => names.has(nameOf(command as AnyCommand, subject)))) return false
      const batches = histories.get(document as DocumentId) ?? []
      return batches.some((batch) => batch.client === client && batch.after <= after && batch.last > after)
    }),
  )
}
