import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Random } from '../../lib/testing/simulator/random.ts'
import { type Bundles, bundle } from '../support/programs.ts'
import { type Trouble, troubles } from './support/trouble.ts'
import { World } from './support/world.ts'

// FAULTS_SEED begins with another seed, FAULTS_WORLDS makes more of them.
const firstSeed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const worlds = Number(process.env.FAULTS_WORLDS ?? 6)
const troublesEach = 10

describe('Two hosts and three clients, with everything that can go wrong', () => {
  let programs: Bundles
  let world: World | undefined
  const counts = new Map(troubles.map(({ name }) => [name, 0]))
  /** All of them come before any comes again. */
  let due: readonly Trouble[] = []
  beforeAll(async () => {
    programs = await bundle(new URL('./programs/', import.meta.url), 'client', 'host')
  })
  afterAll(() => programs.remove())
  afterEach(async () => {
    await world?.close()
    world = undefined
  })

  const seeds = Array.from({ length: worlds }, (_, i) => firstSeed + i)
  it.each(seeds)(
    'lose nothing and do nothing twice: seed %d',
    async (seed) => {
      const random = new Random(seed)
      const here = await World.begin(programs, { hosts: 2, seed })
      world = here
      for (const [i, subject] of ['ann', 'bob', 'cat'].entries()) await here.sit(subject, { host: i % 2 })
      if (due.length < troublesEach) due = [...due, ...random.some(troubles, troubles.length)]
      const [now, later] = [due.slice(0, troublesEach), due.slice(troublesEach)]
      due = later
      for (const { name, act } of now) {
        let attempts = 3
        while (attempts > 0 && !(await act(here, random))) attempts -= 1
        if (attempts > 0) counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      expect(await here.conclude()).toEqual([])
      process.stderr.write(`    seed ${seed}: ${now.map(({ name }) => name).join(' · ')}\n`)
    },
    120_000,
  )

  it('had each of its troubles', () => {
    const text = [...counts].map(([name, count]) => `    ${String(count).padStart(4)}  ${name}\n`)
    process.stderr.write(text.join(''))
    expect([...counts].filter(([, count]) => count === 0)).toEqual([])
  })
})
