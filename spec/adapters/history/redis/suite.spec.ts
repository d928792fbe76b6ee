import { afterAll, beforeAll, describe, it } from '@jest/globals'
import { Cluster, Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import type { RedisClient, RedisHistoryOptions } from '../../../../adapters/history/redis/index.ts'
import { redisHistory } from '../../../../adapters/history/redis/index.ts'
import { historySuite } from '../../../../lib/testing/history-suite.ts'
import { closeAll } from '../../../support/redis/begun.ts'
import { redisCluster } from '../../../support/redis/cluster.ts'
import { redisSentinels } from '../../../support/redis/sentinels.ts'
import { redisServer } from '../../../support/redis/server.ts'

let stores = 0

/** Each store is a prefix of one Redis, which is started once. */
function suite(name: string, start: () => Promise<() => RedisClient>, options: RedisHistoryOptions = {}): void {
  describe(name, () => {
    let connect: () => RedisClient
    beforeAll(async () => {
      connect = await start()
    })
    afterAll(closeAll)
    historySuite(
      'redisHistory',
      ({ retention }) => {
        const client = connect()
        const prefix = `store ${++stores}:`
        return {
          open: () => redisHistory(client, { prefix, retention, ...options }),
          close: () => client.disconnect(),
        }
      },
      { describe, it },
      { durable: true, channel: 'store' },
    )
  })
}

suite('On a single server, with ioredis 6', async () => {
  const { url } = await redisServer()
  return () => new Redis(url)
})

suite('On a single server, with ioredis 5', async () => {
  const { url } = await redisServer()
  return () => new Redis5(url)
})

suite('On a Cluster of three masters', async () => {
  const { addresses } = await redisCluster()
  return () => new Cluster(addresses)
})

suite(
  'On a Cluster of three masters, with notices that stay with their shard',
  async () => {
    const { addresses } = await redisCluster()
    return () => new Cluster(addresses)
  },
  { sharded: true },
)

suite(
  'On a Cluster whose masters have a replica, replicated',
  async () => {
    const { addresses } = await redisCluster({ replicas: 1 })
    return () => new Cluster(addresses)
  },
  { durability: { class: 'replicated' } },
)

suite(
  'Behind Sentinel, replicated',
  async () => {
    const { addresses, name } = await redisSentinels()
    return () => new Redis({ sentinels: addresses, name })
  },
  { durability: { class: 'replicated' } },
)
