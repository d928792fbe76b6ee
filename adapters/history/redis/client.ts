import type { EventEmitter } from 'node:events'
import type { Writable } from 'node:stream'

/** What is used of a client of the package `ioredis`: a `Redis` or a `Cluster`, of version 5.4 or above, or 6. */
export interface RedisClient extends Pick<EventEmitter, 'on'> {
  readonly isCluster: boolean
  readonly options: {
    readonly keyPrefix?: string | undefined
    readonly redisOptions?: { readonly keyPrefix?: string | undefined } | undefined
  }
  readonly status: string
  duplicate(...options: never[]): unknown
  call(command: string, ...args: (string | number)[]): Promise<unknown>
  pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, result: unknown][] | null> }
  info(): Promise<string>
  /** Of a Cluster alone. */
  nodes?(role: 'master'): readonly { info(): Promise<string> }[]
  disconnect(): void
  /** Of a Redis alone, where it is connected. */
  readonly stream?: Pick<Writable, 'cork' | 'uncork' | 'writable'>
}

/**
 * A connection of our own to where `client` leads. It sends nothing twice, queues nothing while there is no line, and
 * does not wait for ever on one that is half open: whatever fails is unknown to whoever asked.
 */
export function connection(client: RedisClient, deadline: number, hears?: 'channels' | 'shards'): RedisClient {
  const again = (attempt: number) => Math.min(1_000, 20 * 2 ** Math.min(attempt, 10))
  const options = {
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: hears ? null : 0,
    connectTimeout: deadline,
    lazyConnect: false,
    ...(!hears && { socketTimeout: deadline }),
    retryStrategy: again,
    sentinelRetryStrategy: again,
  }
  const duplicate = client.duplicate.bind(client) as (...args: unknown[]) => RedisClient
  const line = client.isCluster
    ? duplicate([], {
        enableOfflineQueue: false,
        // It asks any node, and takes one that is not connected yet for one that is gone.
        enableReadyCheck: false,
        lazyConnect: false,
        shardedSubscribers: hears === 'shards',
        clusterRetryStrategy: again,
        redisOptions: options,
      })
    : duplicate({ ...options, enableOfflineQueue: false })
  // Without a listener an error would end the process; whoever asks is told.
  line.on('error', () => undefined)
  return line
}
