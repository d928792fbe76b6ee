import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { clientPoints } from './programs/failpoints.ts'
import { conclude } from './support/conclusion.ts'
import { bundledPrograms } from './support/programs.ts'
import { longEnough, within } from './support/within.ts'
import { World } from './support/world.ts'

describe('A client whose process is killed', () => {
  const programs = bundledPrograms()
  let world: World
  beforeEach(async () => {
    world = await World.begin(programs)
  })
  afterEach(() => world.close())

  it.each(clientPoints)(
    '%s loses nothing that was kept, and sends nothing twice',
    async (at) => {
      const ann = await world.sit('ann')
      await within('work to be settled', ann.process.ask({ type: 'work', commands: 5, until: 'settled' }))
      for (const nth of [1, 2, 3]) {
        await ann.process.ask({ type: 'arm', failpoint: { at, nth } })
        void ann.process.ask({ type: 'work', commands: 20, until: 'settled' })
        expect((await within(`a client to die ${at}`, ann.process.ended)).signal).toBe('SIGKILL')
        world.reseat(ann)
      }
      expect(await conclude(world)).toEqual([])
    },
    longEnough,
  )
})
