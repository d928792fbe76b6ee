import { afterEach, describe, expect, it } from '@jest/globals'
import { Random } from '../../lib/testing/simulator/random.ts'
import { conclude, whereAllStand } from './support/conclusion.ts'
import { bundledPrograms } from './support/programs.ts'
import { type Rarity, rareIn, rarities } from './support/rare.ts'
import { longEnough } from './support/within.ts'
import { World } from './support/world.ts'
import { troublesOf, worldsForAll } from './troubles/index.ts'
import type { Trouble } from './troubles/trouble.ts'

// FAULTS_SEED begins with another seed, FAULTS_WORLDS makes more or fewer of them. A seed draws what goes wrong and what
// is edited; how they meet is left to the machine.
const firstSeed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const worlds = Number(process.env.FAULTS_WORLDS ?? 6)
const attempts = 5

describe('Two hosts and three clients, with everything that can go wrong', () => {
  const programs = bundledPrograms()
  let world: World | undefined
  const happened = new Map<string, number>()
  const rare = new Map<Rarity, number>()
  afterEach(async () => {
    await world?.close()
    world = undefined
  })

  it.each(Array.from({ length: worlds }, (_, i) => firstSeed + i))(
    'lose nothing and do nothing twice: seed %d',
    async (seed) => {
      const random = new Random(seed)
      const here = await World.begin(programs, { hosts: 2, seed, lease: 2_000, onDisks: true })
      world = here
      for (const [i, subject] of ['ann', 'bob', 'cat'].entries()) await here.sit(subject, { host: i % 2 })
      const troubles = troublesOf(seed)
      process.stderr.write(`    seed ${seed}: ${troubles.map(({ name }) => name).join(' · ')}\n`)
      await Promise.all((['clients', 'hosts'] as const).map((kind) => suffer(here, troubles, kind, random.fork())))
      expect(await conclude(here)).toEqual([])
      for (const [what, count] of rareIn(await here.evidence())) rare.set(what, (rare.get(what) ?? 0) + count)
    },
    2 * longEnough,
  )

  async function suffer(
    here: World,
    troubles: readonly Trouble[],
    kind: Trouble['with'],
    random: Random,
  ): Promise<void> {
    for (const { name, act } of troubles.filter((trouble) => trouble.with === kind)) {
      if (!happened.has(name)) happened.set(name, 0)
      let left = attempts
      while (left > 0 && !(await whole(here, name, act(here, random)))) left -= 1
      if (left > 0) happened.set(name, (happened.get(name) ?? 0) + 1)
    }
  }

  /** What is waited for in vain says of which trouble it is, and where everybody stands. */
  const whole = <T>(here: World, name: string, acting: Promise<T>): Promise<T> =>
    acting.catch(async (error: Error) => {
      throw new Error(`${name}: ${error.message}\n${await whereAllStand(here)}`)
    })

  it('had each of its troubles, and what happens seldom', () => {
    for (const [name, count] of [...happened, ...rare])
      process.stderr.write(`    ${String(count).padStart(5)}  ${name}\n`)
    expect([...happened.values()]).not.toContain(0)
    if (worlds >= worldsForAll) expect([...rare.keys()]).toEqual(expect.arrayContaining([...rarities]))
  })
})
