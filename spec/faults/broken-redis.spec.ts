import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Random } from '../../lib/testing/simulator/random.ts'
import { closeAll } from '../support/redis/begun.ts'
import { documentIds } from './programs/documents.ts'
import { conclude, whereAllStand } from './support/conclusion.ts'
import { figuresIn } from './support/figures.ts'
import { isRegressed } from './support/losses.ts'
import { bundledPrograms } from './support/programs.ts'
import { type RedisWorld, redisWorld } from './support/redis-world.ts'
import { longEnough } from './support/within.ts'
import { type RedisTrouble, redisTroubles } from './troubles/redis.ts'

const seed = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 1_000_000))

describe('Four hosts and forty clients over a Redis', () => {
  const programs = bundledPrograms()
  let over: RedisWorld | undefined
  beforeAll(async () => {
    process.stderr.write(`    seed ${seed}\n`)
  })
  afterEach(async () => {
    await over?.close()
    over = undefined
    await closeAll()
  })

  /** @returns how many were told that something is lost */
  async function suffer(isKept: boolean, troubles: readonly RedisTrouble[], host = {}): Promise<number> {
    const random = new Random(seed)
    const mayLose = !isKept || troubles.some(({ loses }) => loses)
    over = await redisWorld(programs, { seed, isKept, mayLose, host })
    const here = over
    await here.work(2)
    for (const { name, act } of troubles) {
      const working = here.work(4)
      working.catch(() => undefined)
      process.stderr.write(`    it ${name}\n`)
      await Promise.all([act(here, random), working]).catch(async (error: Error) => {
        throw new Error(`${name}: ${error.message}\n${await whereAllStand(here.world)}`)
      })
    }
    expect(await conclude(here.world)).toEqual([])
    const evidence = await here.world.evidence()
    process.stderr.write(`    ${figuresIn(evidence)}\n`)
    const { lives } = evidence
    return lives.filter(({ entries }) => documentIds.some((id) => entries.some((entry) => isRegressed(entry, id))))
      .length
  }

  it.each(redisTroubles.map((trouble) => [trouble.name, trouble] as const))(
    'which keeps what it answered: nobody is told anything wrong where it %s',
    async (_, trouble) => {
      const told = await suffer(true, [trouble])
      expect(told > 0).toBe(trouble.loses === true)
    },
    longEnough,
  )

  it(
    'which keeps nothing: everybody is told of all that is gone where it is killed and comes back',
    async () => {
      expect(await suffer(false, redisTroubles.slice(0, 2))).toBeGreaterThan(0)
    },
    longEnough,
  )

  it(
    'put their copies back where it is emptied, and whatever was in none of them is told',
    async () => {
      const emptied = redisTroubles.filter(({ name }) => name === 'is emptied')
      const told = await suffer(true, [...emptied, ...emptied, ...emptied], { onLostHistory: 'restore_copy' })
      const { restored } = (await over?.world.evidence()) ?? {}
      process.stderr.write(`    ${restored?.size} documents put back, ${told} clients told of a loss\n`)
      expect(restored?.size).toBeGreaterThan(0)
    },
    longEnough,
  )

  it.each([true, false])(
    'lose nothing that is not told where all of that happens, and it keeps what it answered: %s',
    async (isKept) => {
      const troubles = new Random(seed).some(redisTroubles, redisTroubles.length)
      expect(await suffer(isKept, troubles)).toBeGreaterThan(0)
    },
    2 * longEnough,
  )
})
