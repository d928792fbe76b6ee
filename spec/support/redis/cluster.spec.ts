import { afterEach, describe, expect, it } from '@jest/globals'
import { Cluster } from 'ioredis'
import { closeAll } from './begun.ts'
import { type RedisCluster, redisCluster } from './cluster.ts'
import { connected } from './connected.ts'

const clients: Cluster[] = []

function clientOf({ addresses }: RedisCluster): Cluster {
  const client = new Cluster(addresses)
  // Nodes go, and come back.
  client.on('error', () => undefined)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  await closeAll()
})

describe('A Redis Cluster of a spec', () => {
  it('routes to three masters, and follows a slot that moves while it is used', async () => {
    const cluster = await redisCluster()
    const client = clientOf(cluster)
    await Promise.all(Array.from({ length: 30 }, (_, i) => client.set(`key ${i}`, i)))
    const sizes = await Promise.all(cluster.nodes.map((node) => node.ask('DBSIZE')))
    expect(sizes.map(Number).every((size) => size > 0 && size < 30)).toBe(true)

    const slot = await cluster.slotOf('{a}')
    const from = await cluster.ownerOf(slot)
    const to = cluster.nodes.find((node) => node !== from)!
    await Promise.all(Array.from({ length: 300 }, (_, i) => client.set(`{a}${i}`, 0)))
    let isMoving = true
    let used = 0
    const using = (async () => {
      for (; isMoving; used++) await client.incr(`{a}${used % 300}`)
    })()
    await cluster.moveSlot(slot, to)
    isMoving = false
    await using
    expect(used).toBeGreaterThan(0)
    expect(await cluster.ownerOf(slot)).toBe(to)
    const values = await client.mget(Array.from({ length: 300 }, (_, i) => `{a}${i}`))
    expect(values.reduce((sum, value) => sum + Number(value), 0)).toBe(used)
    expect(await to.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(300)
    expect(await from.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)).toBe(0)
  })

  it('goes on with replicas where masters are killed or step back, and takes them in again', async () => {
    const cluster = await redisCluster({ replicas: 1, config: { 'cluster-node-timeout': '1000' } })
    const client = clientOf(cluster)
    const slot = await cluster.slotOf('key')
    const master = await cluster.ownerOf(slot)
    const replica = cluster.nodes[cluster.nodes.indexOf(master) + 3]!
    await connected(master.port, (redis) => redis.set('key', 'there').then(() => redis.wait(1, 0)))
    await master.kill()
    await cluster.whole()
    expect(await cluster.ownerOf(slot)).toBe(replica)
    expect(await client.get('key')).toBe('there')
    await master.restart()
    await cluster.whole()
    await cluster.failOver(master)
    expect(await cluster.ownerOf(slot)).toBe(master)
    expect(await client.get('key')).toBe('there')
  })
})
