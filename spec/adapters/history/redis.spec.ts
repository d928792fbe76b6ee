import { describe, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { redisHistory } from '../../../adapters/history/redis/index.ts'
import { historySuite } from '../../../lib/testing/history-suite.ts'

let stores = 0
for (const [name, make] of [
  ['ioredis 6', () => new Redis(7399)],
  ['ioredis 5', () => new Redis5(7399)],
] as const)
  historySuite(
    `redisHistory on a single server, ${name}`,
    async ({ retention }) => {
      const client = make()
      const prefix = `spec${process.pid}-${++stores}:`
      return {
        open: () => redisHistory(client, { prefix, retention }),
        close: async () => {
          client.disconnect()
        },
      }
    },
    { describe, it },
    { durable: true, channel: 'store' },
  )
