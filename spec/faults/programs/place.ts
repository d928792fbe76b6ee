import { Cluster, Redis } from 'ioredis'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { type RedisClient, type RedisHistoryOptions, redisHistory } from '../../../adapters/history/redis/index.ts'
import type { HistoryAdapter } from '../../../lib/contracts/history.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** Where histories are, as a process is told it. */
export type Place =
  | { readonly kind: 'lmdb'; readonly folder: string }
  | ({ readonly durability?: RedisHistoryOptions['durability'] } & (
      | { readonly kind: 'redis'; readonly port: number }
      | { readonly kind: 'cluster'; readonly addresses: readonly Address[] }
      | { readonly kind: 'sentinels'; readonly addresses: readonly Address[]; readonly name: string }
    ))

/** Who keeps histories there, for as long as it is open. */
export function historyAt(place: Place): HistoryAdapter {
  if (place.kind === 'lmdb') return lmdbHistory(place.folder, { pollInterval: 10 })
  const { durability } = place
  const client = clientOf(place)
  client.on('error', () => undefined)
  const adapter = redisHistory(client, { deadline: 1_000, lookAfter: 200, ...(durability && { durability }) })
  // It was only copied.
  client.disconnect()
  return adapter
}

function clientOf(place: Exclude<Place, { kind: 'lmdb' }>): RedisClient {
  switch (place.kind) {
    case 'redis':
      return new Redis(place.port, '127.0.0.1')
    case 'sentinels':
      return new Redis({ sentinels: [...place.addresses], name: place.name })
    case 'cluster':
      return new Cluster([...place.addresses])
  }
}
