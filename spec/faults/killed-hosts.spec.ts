import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hostPoints } from './programs/failpoints.ts'
import { conclude } from './support/conclusion.ts'
import { bundledPrograms } from './support/programs.ts'
import { longEnough, within } from './support/within.ts'
import { type Stand, World } from './support/world.ts'

describe('A host whose process is killed', () => {
  const programs = bundledPrograms()
  let world: World
  beforeEach(async () => {
    world = await World.begin(programs, { hosts: 2 })
  })
  afterEach(() => world.close())

  it.each(hostPoints)(
    '%s loses nothing that it answered, and takes nothing twice',
    async (at) => {
      const [ann, bob] = [await world.sit('ann', { host: 0 }), await world.sit('bob', { host: 1 })]
      const [stand] = world.stands as [Stand]
      const working = [ann, bob].map(({ process }) => process.ask({ type: 'work', commands: 60, until: 'settled' }))
      for (const nth of [1, 2, 3]) {
        await within('work to be settled', ann.process.ask({ type: 'work', commands: 3, until: 'settled' }))
        await stand.process.ask({ type: 'arm', failpoint: { at, nth: at.includes('snapshot') ? 1 : nth } })
        void ann.process.ask({ type: 'work', commands: 10, until: 'applied' })
        // It keeps snapshots when it ends in order.
        if (at.includes('snapshot')) void stand.process.ask({ type: 'end' })
        expect((await within(`a host to die ${at}`, stand.process.ended)).signal).toBe('SIGKILL')
        await world.restart(stand)
      }
      await within('all work to be settled', Promise.all(working))
      expect(await conclude(world)).toEqual([])
    },
    longEnough,
  )
})
