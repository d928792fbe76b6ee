import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { conclude } from './support/conclusion.ts'
import { bundledPrograms } from './support/programs.ts'
import { longEnough, until, within } from './support/within.ts'
import { type Stand, World } from './support/world.ts'
import { metByHosts } from './troubles/trouble.ts'

describe('A disk that is full', () => {
  const programs = bundledPrograms()
  let world: World
  beforeEach(async () => {
    world = await World.begin(programs, { hosts: 2, onDisks: true })
  })
  afterEach(() => world.close())

  it(
    'keeps nobody from sending what is made, and keeps all again as soon as there is room',
    async () => {
      const ann = await world.sit('ann')
      await within('work to be settled', ann.process.ask({ type: 'work', commands: 10, until: 'settled' }))
      await world.diskOf('ann').fill()
      world.troubled.add('ann')
      const settled = ann.process.ask({ type: 'work', commands: 10, until: 'settled' })
      await within('all to be settled that is not kept', settled)
      await world.diskOf('ann').free()
      world.excuse('ann')
      ann.line.pause('to server')
      await within('all to be kept again', ann.process.ask({ type: 'work', commands: 10, until: 'kept' }))
      ann.process.kill('SIGKILL')
      await ann.process.ended
      expect(await conclude(world)).toEqual([])
    },
    longEnough,
  )

  it(
    'loses nothing that a host answered, also where that dies and comes back while it is full',
    async () => {
      const [ann, bob] = [await world.sit('ann', { host: 0 }), await world.sit('bob', { host: 1 })]
      const begun = [ann, bob].map(({ process }) => process.ask({ type: 'work', commands: 10, until: 'settled' }))
      await within('work to be settled', Promise.all(begun))
      await world.diskOf('history').fill()
      const working = [ann, bob].map(({ process }) => process.ask({ type: 'work', commands: 40, until: 'settled' }))
      await until('an append to fail', () => metByHosts(world, 'failed append') > 0)
      const [stand] = world.stands as [Stand]
      stand.process.kill('SIGKILL')
      await stand.process.ended
      await world.restart(stand)
      await until('an append to fail again', () => metByHosts(world, 'failed append') > 2)
      await world.diskOf('history').free()
      await within('all to be settled', Promise.all(working))
      expect(await conclude(world)).toEqual([])
    },
    longEnough,
  )
})
