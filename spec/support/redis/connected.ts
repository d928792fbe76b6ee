import { Redis } from 'ioredis'

/** A connection to a port of this machine for as long as this takes; it neither comes back nor tries again. */
export async function connected<T>(port: number, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    protocol: 2,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
  })
  // Whoever waits for an answer hears of it.
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await use(redis)
  } finally {
    // One that has ended would wait for its end.
    if (redis.status !== 'end') redis.disconnect()
  }
}
