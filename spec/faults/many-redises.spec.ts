import { afterEach, describe, expect, it } from '@jest/globals'
import { closeAll } from '../support/redis/begun.ts'
import { redisCluster } from '../support/redis/cluster.ts'
import { redisSentinels } from '../support/redis/sentinels.ts'
import { documentIds } from './programs/documents.ts'
import type { Place } from './programs/place.ts'
import { conclude } from './support/conclusion.ts'
import { figuresIn } from './support/figures.ts'
import type { Life } from './support/journal.ts'
import { isRegressed } from './support/losses.ts'
import { bundledPrograms } from './support/programs.ts'
import { type SharedWorld, sharedWorld } from './support/redis-world.ts'
import { longEnough, until } from './support/within.ts'
import { allWork, busyUntil, metByHosts } from './troubles/trouble.ts'

describe('Four hosts and forty clients over several Redises', () => {
  const programs = bundledPrograms()
  let over: SharedWorld | undefined
  afterEach(async () => {
    await over?.close()
    over = undefined
    await closeAll()
  })

  /** Everybody works before, meanwhile and afterwards. */
  async function suffer(place: Place, mayLose: boolean, act: (over: SharedWorld) => Promise<unknown>): Promise<void> {
    over = await sharedWorld(programs, { mayLose, place: () => place })
    await over.work(2)
    const working = over.work(4)
    working.catch(() => undefined)
    await act(over)
    await working
    await over.work(2)
    expect(await conclude(over.world)).toEqual([])
    process.stderr.write(`    ${figuresIn(await over.world.evidence())}\n`)
  }

  it.each([true, false])(
    'lose nothing that is not told where a master dies behind Sentinel; replicated before it is answered: %s',
    async (isReplicated) => {
      // Where all stand still for a moment, a server may be promoted that has just begun: it must not begin empty.
      const redis = await redisSentinels({ persistence: 'aof' })
      const { addresses, name } = redis
      const place: Place = {
        kind: 'sentinels',
        addresses,
        name,
        ...(isReplicated && { durability: { class: 'replicated' } }),
      }
      await suffer(place, !isReplicated, async () => {
        await redis.servers[0].kill()
        await redis.whole()
        await redis.servers[0].restart()
        await redis.whole()
      })
    },
    longEnough,
  )

  it(
    'are told of all that is lost where a replica takes the place of a dead master, and had not heard of it for a while',
    async () => {
      const redis = await redisSentinels({ persistence: 'aof' })
      const [first, second] = redis.servers
      const { addresses, name } = redis
      await suffer({ kind: 'sentinels', addresses, name }, true, async ({ work }) => {
        // It follows nobody, and sentinels do not mind before long.
        await second.ask('REPLICAOF', '127.0.0.1', 1)
        await work(1)
        await first.kill()
        expect(await redis.whole()).toBe(second)
        await first.restart()
        await redis.whole()
      })
      const { lives } = (await over?.world.evidence()) ?? { lives: [] }
      const isTold = ({ entries }: Life) => documentIds.some((id) => entries.some((entry) => isRegressed(entry, id)))
      expect(lives.filter(isTold)).not.toHaveLength(0)
    },
    longEnough,
  )

  it(
    'lose nothing that was replicated where a dead master comes back, and is promoted before it has followed',
    async () => {
      const redis = await redisSentinels({ persistence: 'aof' })
      const [first, second] = redis.servers
      const { addresses, name } = redis
      await suffer({ kind: 'sentinels', addresses, name, durability: { class: 'replicated' } }, false, async () => {
        await first.kill()
        await redis.whole()
        second.pause()
        await first.restart()
        expect(await redis.whole()).toBe(first)
        second.resume()
        await redis.whole()
      })
    },
    longEnough,
  )

  it(
    'lose nothing while slots go from one master of a Cluster to another and back',
    async () => {
      const cluster = await redisCluster()
      await suffer({ kind: 'cluster', addresses: cluster.addresses }, false, async () => {
        for (const id of ['board/one', 'strict/two']) {
          const slot = await cluster.slotOf(id)
          const home = await cluster.ownerOf(slot)
          for (const node of [...cluster.nodes.filter((other) => other !== home), home])
            await cluster.moveSlot(slot, node)
        }
      })
    },
    longEnough,
  )

  it(
    'lose nothing while the move of a slot of a Cluster stands still halfway, until everybody has noticed',
    async () => {
      const cluster = await redisCluster()
      await suffer({ kind: 'cluster', addresses: cluster.addresses }, false, async ({ world }) => {
        const slot = await cluster.slotOf('board/one')
        const home = await cluster.ownerOf(slot)
        for (const node of [...cluster.nodes.filter((other) => other !== home), home]) {
          const before = metByHosts(world, 'failed append')
          const isNoticed = () => metByHosts(world, 'failed append') > before
          await cluster.moveSlot(slot, node, () =>
            busyUntil('an append to fail', until('an append to fail', isNoticed), () => allWork(world, 1)),
          )
        }
      })
      const { asked, later } = await cluster.redirections()
      process.stderr.write(`    sent on ${asked} times, and told to try again ${later} times\n`)
      expect(asked).toBeGreaterThan(0)
      expect(later).toBeGreaterThan(0)
    },
    longEnough,
  )

  it(
    'lose nothing where a replica of a Cluster takes the place of its master',
    async () => {
      const cluster = await redisCluster({ replicas: 1 })
      await suffer({ kind: 'cluster', addresses: cluster.addresses }, false, async () => {
        for (const replica of cluster.nodes.slice(3)) await cluster.failOver(replica)
      })
    },
    longEnough,
  )
})
