import { afterEach, describe, expect, it } from '@jest/globals'
import { conclude } from './support/conclusion.ts'
import { bundledPrograms } from './support/programs.ts'
import { longEnough, within } from './support/within.ts'
import { World } from './support/world.ts'

describe('Forty clients at four hosts', () => {
  const programs = bundledPrograms()
  let world: World | undefined
  afterEach(() => world?.close())

  it(
    'lose nothing and do nothing twice while one host after the other is killed',
    async () => {
      const here = await World.begin(programs, { hosts: 4 })
      world = here
      await Promise.all(here.stands.map(({ index }) => here.sitTogether(subjectsAt(index), index)))
      for (const stand of here.stands) {
        const working = here.seats.map(({ process }) => process.ask({ type: 'work', commands: 3, until: 'settled' }))
        await within('somebody to have settled', Promise.race(working))
        stand.process.kill('SIGKILL')
        await stand.process.ended
        await here.restart(stand)
        await within('all to have settled', Promise.all(working))
      }
      expect(await conclude(here)).toEqual([])
    },
    longEnough,
  )
})

const subjectsAt = (host: number): string[] => Array.from({ length: 10 }, (_, i) => `guest-${host}-${i}`)
