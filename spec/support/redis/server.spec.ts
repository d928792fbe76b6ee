import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { redisServerPath } from '../../checks/programs.mjs'
import { bundle } from '../programs.ts'
import { closeAll } from './begun.ts'
import { connected } from './connected.ts'
import { freePort } from './free-port.ts'
import { type RedisServer, redisServer } from './server.ts'
import { until } from './until.ts'

afterEach(closeAll)

describe('A Redis of a spec', () => {
  const value = (server: RedisServer) => server.ask('GET', 'key')

  it.each([
    ['none', null],
    ['rdb', 'saved'],
    ['aof', 'written'],
  ] as const)('comes back on its port after a kill; with persistence %s it holds %j', async (persistence, expected) => {
    const server = await redisServer({ persistence })
    await server.ask('SET', 'key', 'saved')
    if (persistence === 'rdb') await server.ask('SAVE')
    await server.ask('SET', 'key', 'written')
    await server.kill()
    await expect(server.ask('PING')).rejects.toThrow('Connection is closed')
    await server.restart()
    expect(await value(server)).toBe(expected)
  })

  it('keeps what it has when it is stopped in order, with rdb', async () => {
    const server = await redisServer({ persistence: 'rdb' })
    await server.ask('SET', 'key', 'written')
    await server.stop()
    await server.restart()
    expect(await value(server)).toBe('written')
  })

  it.each(['none', 'rdb', 'aof'] as const)(
    'goes back to what it held when a copy was made, with persistence %s',
    async (persistence) => {
      const server = await redisServer({ persistence })
      await server.ask('SET', 'key', 'old')
      const dump = await server.dump()
      await server.ask('SET', 'key', 'new')
      await server.restart(dump)
      expect(await value(server)).toBe('old')
      await server.restart()
      expect(await value(server)).toBe(persistence === 'none' ? null : 'old')
    },
  )

  it('answers nothing while it is paused, and then all that was asked', async () => {
    const server = await redisServer()
    const redis = new Redis(server.url)
    await redis.set('key', 1)
    server.pause()
    let isAnswered = false
    const answer = redis.incr('key').then((count) => {
      isAnswered = true
      return count
    })
    // Another one answers meanwhile.
    await redisServer()
    expect(isAnswered).toBe(false)
    server.resume()
    expect(await answer).toBe(2)
    redis.disconnect()
  })

  it('ends with the process that started it, however that ended', async () => {
    const programs = await bundle(new URL('./processes/', import.meta.url), 'starter')
    const port = await freePort()
    const ping = () => connected(port, (redis) => redis.ping())
    const starter = fork(programs.path('starter'), [redisServerPath() as string, '--port', String(port), '--save', ''])
    await until('an answer', ping)
    starter.kill('SIGKILL')
    await until('no answer', () => expect(ping()).rejects.toThrow('Connection is closed'))
    await programs.remove()
  })

  it('is gone with its folder when everything is closed, also where it is paused', async () => {
    const server = await redisServer({ persistence: 'aof' })
    expect(existsSync(server.data)).toBe(true)
    server.pause()
    await closeAll()
    await expect(server.ask('PING')).rejects.toThrow('Connection is closed')
    expect(existsSync(server.data)).toBe(false)
  })

  it('is configured as it is told', async () => {
    const server = await redisServer({ config: { maxmemory: '10mb' } })
    expect(await server.ask('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '10485760'])
  })

  it('says why it does not start', async () => {
    await expect(redisServer({ config: { maxmemory: 'much' } })).rejects.toThrow('argument must be a memory value')
  })
})
