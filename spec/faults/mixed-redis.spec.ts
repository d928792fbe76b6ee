import { afterEach, describe, expect, it } from '@jest/globals'
import { Random } from '../../lib/testing/simulator/random.ts'
import { closeAll } from '../support/redis/begun.ts'
import { conclude, whereAllStand } from './support/conclusion.ts'
import { figuresIn } from './support/figures.ts'
import { bundledPrograms } from './support/programs.ts'
import { type RedisWorld, redisWorld } from './support/redis-world.ts'
import { longEnough, pause } from './support/within.ts'
import { mishaps } from './troubles/index.ts'
import { loses, pairsOf } from './troubles/redis.ts'
import type { Trouble } from './troubles/trouble.ts'

// FAULTS_SEED begins with another seed, FAULTS_WORLDS makes more or fewer of them.
const firstSeed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))
const worlds = Number(process.env.FAULTS_WORLDS ?? 3)
const pairsEach = 3

describe('Four hosts and forty clients over a Redis, where things go wrong together', () => {
  const programs = bundledPrograms()
  let over: RedisWorld | undefined
  const happened = new Map<string, number>()
  afterEach(async () => {
    await over?.close()
    over = undefined
    await closeAll()
  })

  it.each(Array.from({ length: worlds }, (_, i) => firstSeed + i))(
    'lose nothing that is not told, and do nothing twice: seed %d',
    async (seed) => {
      // Neighbours share out the pairs: those of one take nothing that was answered.
      const pairs = pairsOf(new Random(Math.floor(seed / 2))).slice(
        (seed % 2) * pairsEach,
        (1 + (seed % 2)) * pairsEach,
      )
      const mayLose = pairs.some(loses)
      const random = new Random(seed)
      const isKept = !mayLose || random.chance(0.5)
      process.stderr.write(`    seed ${seed}: it ${isKept ? 'keeps what it answers' : 'keeps nothing'}\n`)
      over = await redisWorld(programs, { seed, isKept, mayLose, lonely: 1 })
      const here = over
      await here.work(2)
      let isOver = false
      const meanwhile = (['clients', 'hosts'] as const).map((kind) => suffer(here, kind, random.fork(), () => isOver))
      try {
        for (const pair of pairs) {
          process.stderr.write(`      it ${pair.map(({ name }) => name).join(', and ')}\n`)
          const working = here.work(3)
          working.catch(() => undefined)
          await Promise.all(pair.map(({ name, act }) => whole(here, `it ${name}`, act(here, random.fork()))))
          await working
        }
      } finally {
        isOver = true
        await Promise.allSettled(meanwhile)
      }
      await Promise.all(meanwhile)
      expect(await conclude(here.world)).toEqual([])
      process.stderr.write(`      ${figuresIn(await here.world.evidence())}\n`)
    },
    longEnough,
  )

  /** One after the other, until all is over. */
  async function suffer(here: RedisWorld, kind: Trouble['with'], random: Random, isOver: () => boolean): Promise<void> {
    const troubles = mishaps.filter((trouble) => trouble.with === kind)
    while (!isOver()) {
      const { name, act } = random.pick(troubles)
      if (await whole(here, name, act(here.world, random))) happened.set(name, (happened.get(name) ?? 0) + 1)
      await pause(random.below(500))
    }
  }

  /** What is waited for in vain says of which trouble it is, and where everybody stands. */
  const whole = <T>(here: RedisWorld, name: string, acting: Promise<T>): Promise<T> =>
    acting.catch(async (error: Error) => {
      throw new Error(`${name}: ${error.message}\n${await whereAllStand(here.world)}`)
    })

  it('had processes die and sleep, and lines break', () => {
    for (const [name, count] of happened) process.stderr.write(`    ${String(count).padStart(5)}  ${name}\n`)
    for (const kind of ['clients', 'hosts'] as const)
      expect(mishaps.filter((one) => one.with === kind && happened.has(one.name))).not.toHaveLength(0)
  })
})
