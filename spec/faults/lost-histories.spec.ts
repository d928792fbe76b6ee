import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { conclude } from './support/conclusion.ts'
import type { Evidence } from './support/evidence.ts'
import type { Entry } from './support/journal.ts'
import { bundledPrograms } from './support/programs.ts'
import { violations } from './support/verdict.ts'
import { longEnough, within } from './support/within.ts'
import { type Seat, World } from './support/world.ts'

describe('A history that loses what it had', () => {
  const programs = bundledPrograms()
  let world: World
  let seats: Seat[]
  let folder: string
  let copy: string
  beforeEach(async () => {
    world = await World.begin(programs, { hosts: 2, mayLose: true })
    folder = world.folderOf('history')
    copy = join(folder, '..', 'copy')
    seats = [await world.sit('ann', { host: 0 }), await world.sit('bob', { host: 1 })]
  })
  afterEach(() => world.close())

  const work = (commands: number) =>
    within(
      'work to be settled',
      Promise.all(seats.map(({ process }) => process.ask({ type: 'work', commands, until: 'settled' }))),
    )

  /** Does something to the folder while nobody has it open, and before anybody looks into it again. */
  async function meanwhile(act: () => Promise<void>): Promise<void> {
    for (const { process } of world.stands) process.kill('SIGKILL')
    await Promise.all(world.stands.map(({ process }) => process.ended))
    await act()
    await Promise.all(world.stands.map((stand) => world.restart(stand)))
  }

  const remove = () => rm(folder, { recursive: true })

  async function putBack(): Promise<void> {
    await remove()
    await cp(copy, folder, { recursive: true })
  }

  it.each([
    ['is put back to an old copy', 0],
    ['is put back to an old copy, and grows beyond what it had', 60],
  ])(
    'and %s tells whoever has seen what is gone',
    async (_, more) => {
      await work(20)
      await meanwhile(() => cp(folder, copy, { recursive: true }))
      await work(20)
      const working = more > 0 ? work(more) : undefined
      await meanwhile(putBack)
      await working
      expect(await conclude(world)).toEqual([])
      await mustBeTold()
    },
    longEnough,
  )

  it(
    'and begins from nothing tells whoever has seen what is gone',
    async () => {
      await work(20)
      await meanwhile(remove)
      await work(10)
      await meanwhile(remove)
      await work(30)
      expect(await conclude(world)).toEqual([])
      await mustBeTold()
    },
    longEnough,
  )

  /** The judge finds out if nobody was told, or if what was lost was not told in full. */
  async function mustBeTold(): Promise<void> {
    const evidence = await world.evidence()
    const told = (change: (entry: Entry) => Entry[]): Evidence => ({
      ...evidence,
      lives: evidence.lives.map((life) => ({ ...life, entries: life.entries.flatMap(change) })),
    })
    const isLoss = (entry: Entry) => entry.type === 'told' && entry.event.type === 'regressed'
    const untold = told((entry) => (isLoss(entry) ? [] : [entry]))
    expect(violations(untold).map((text) => text.split(':')[0])).toContain('I16')
    const vague = told((entry) =>
      entry.type === 'told' && entry.event.type === 'regressed'
        ? [{ ...entry, event: { type: 'regressed', commandCount: entry.event.commandCount } }]
        : [entry],
    )
    expect(violations(vague).map((text) => text.split(':')[0])).toContain('I16')
  }
})
