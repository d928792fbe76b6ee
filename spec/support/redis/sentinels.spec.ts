import { afterEach, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { closeAll } from './begun.ts'
import { redisSentinels } from './sentinels.ts'

afterEach(closeAll)

describe('Redis with sentinels, of a spec', () => {
  it('has another master when the first is killed, and clients follow; it takes the first in again as a replica', async () => {
    const all = await redisSentinels()
    const [first, second] = all.servers
    const client = new Redis({ sentinels: all.addresses, name: all.name })
    // The master goes, and another comes.
    client.on('error', () => undefined)
    try {
      await client.set('key', 'there')
      await client.wait(1, 0)
      await first.kill()
      expect(await all.whole()).toBe(second)
      expect(await client.get('key')).toBe('there')
      expect(client.stream.remotePort).toBe(second.port)
      await first.restart()
      expect(await all.whole()).toBe(second)
      expect(await first.ask('GET', 'key')).toBe('there')
    } finally {
      client.disconnect()
    }
  })

  it('has another master when the first says nothing, and tells that one when it wakes up', async () => {
    const all = await redisSentinels()
    const [first, second] = all.servers
    first.pause()
    expect(await all.whole()).toBe(second)
    await second.ask('SET', 'key', 'new')
    first.resume()
    expect(await all.whole()).toBe(second)
    expect(await first.ask('GET', 'key')).toBe('new')
  })
})
