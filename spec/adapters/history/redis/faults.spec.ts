import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import {
  filter,
  firstValueFrom,
  interval,
  lastValueFrom,
  ReplaySubject,
  retry,
  type Subscription,
  throwError,
  timeout,
  timer,
} from 'rxjs'
import {
  type RedisHistory,
  type RedisHistoryOptions,
  type RedisState,
  redisHistory,
} from '../../../../adapters/history/redis/index.ts'
import type { Batch, History, Position } from '../../../../lib/contracts/history.ts'
import { hasCode } from '../../../../lib/errors.ts'
import {
  batchAfter,
  begin,
  chainAfter,
  documentId,
  endOf,
  initial,
  lastOf,
  start,
} from '../../../../lib/testing/history/batches.ts'
import { closeAll } from '../../../support/redis/begun.ts'
import { redisCluster } from '../../../support/redis/cluster.ts'
import { type RedisServer, redisServer } from '../../../support/redis/server.ts'
import { until } from '../../../support/redis/until.ts'
import { type TcpProxy, tcpProxy } from '../../../support/tcp-proxy.ts'
import { allOf } from '../processes/all-of.ts'

const other = 'list/other'
const keyOf = (part = ''): string => `millrace:{${documentId}}${part}`
const unavailable = (...parts: string[]) => ({
  code: 'unavailable',
  message: expect.stringMatching(new RegExp(parts.join('.*'))),
})

describe('redisHistory', () => {
  let server: RedisServer
  let proxy: TcpProxy
  const clients: Redis[] = []
  const adapters: RedisHistory[] = []
  const readings: Subscription[] = []

  beforeEach(async () => {
    server = await redisServer({ persistence: 'aof' })
    proxy = await tcpProxy(server.port)
  })
  afterEach(async () => {
    for (const reading of readings.splice(0)) reading.unsubscribe()
    await Promise.all(adapters.splice(0).map((adapter) => adapter.close()))
    for (const client of clients.splice(0)) client.disconnect()
    await proxy.close()
    await closeAll()
  })

  function connect(
    port: number,
    options: Pick<RedisOptions, 'enableReadyCheck' | 'username' | 'password'> = {},
  ): Redis {
    const client = new Redis(port, { lazyConnect: true, ...options })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }

  function open(options: RedisHistoryOptions = {}, port = server.port): RedisHistory {
    const adapter = redisHistory(connect(port), { deadline: 2_000, lookAfter: 50, ...options })
    adapters.push(adapter)
    return adapter
  }

  /** A client, and the connections that are made of it. */
  function watched(): { client: Redis; copies: readonly Redis[] } {
    const client = connect(server.port)
    const copies: Redis[] = []
    const copy = client.duplicate.bind(client)
    client.duplicate = (options) => {
      const made = copy(options)
      copies.push(made)
      return made
    }
    return { client, copies }
  }

  /** What is read from a position on, as a host reads: each batch, and the error with which it ends. */
  function read(history: History, position: Position): ReplaySubject<Batch> {
    const heard = new ReplaySubject<Batch>()
    heard.subscribe({ error: () => undefined })
    const whenBack = (error: unknown) => (hasCode(error, 'unavailable') ? timer(20) : throwError(() => error))
    readings.push(
      history
        .read(position)
        .pipe(retry({ delay: whenBack }))
        .subscribe(heard),
    )
    return heard
  }

  const hears = (heard: ReplaySubject<Batch>, { mark }: Pick<Batch, 'mark'>): Promise<Batch> =>
    firstValueFrom(heard.pipe(filter((batch) => batch.mark === mark)))

  it.each([
    ['where it stands', '', 'its head is gone'],
    ['its batches', ':batches', 'batches are gone'],
    ['its records', ':records', 'records are gone'],
    ['its snapshot', ':snapshot', 'snapshot is gone'],
  ])(
    'takes nothing as the first again where a store has deleted %s, and goes on with others',
    async (_, part, says) => {
      const adapter = open()
      const history = adapter.open(documentId)
      const head = lastOf(await begin(history, 3))
      await server.ask('DEL', keyOf(part))
      const call = part === ':snapshot' ? history.load() : history.append(part === '' ? start : head, [], initial)
      await expect(call).rejects.toMatchObject(unavailable(`The history of ${documentId} in Redis is damaged`, says))
      expect(await begin(adapter.open(other), 3)).toHaveLength(3)
    },
  )

  it('says so where a key of it is something else', async () => {
    const history = open().open(documentId)
    const head = lastOf(await begin(history, 1))
    await server.ask('SET', keyOf(), 'mine')
    const calls = [
      () => history.load(),
      () => history.append(head, []),
      () => history.save(head, {}),
      () => firstValueFrom(history.read(head)),
    ]
    for (const call of calls) await expect(call()).rejects.toMatchObject(unavailable('a key of it is something else'))
  })

  it('goes on where the scripts were flushed', async () => {
    const history = open().open(documentId)
    const head = lastOf(await begin(history, 2))
    await server.ask('SCRIPT', 'FLUSH')
    const next = batchAfter(head, { after: 2 })
    expect(await history.append(head, [next])).toEqual({ type: 'appended' })
    await server.ask('SCRIPT', 'FLUSH')
    expect(await allOf(history)).toHaveLength(3)
  })

  it('misses no batch where the connection that hears of them is killed', async () => {
    const [writer, reader] = [open().open(documentId), open().open(documentId)]
    const head = lastOf(await begin(writer, 1))
    const heard = read(reader, start)
    const first = batchAfter(head, { after: 1 })
    await writer.append(head, [first])
    await hears(heard, first)
    await server.ask('CLIENT', 'KILL', 'TYPE', 'pubsub')
    const second = batchAfter({ count: 2, mark: first.mark }, { after: 2 })
    await writer.append({ count: 2, mark: first.mark }, [second])
    expect(await hears(heard, second)).toEqual(second)
  })

  it.each([
    ['asks again for what the server would not let it hear', 60_000, 2],
    ['takes another connection where one is never let hear', 200, 3],
  ])('%s', async (_, deadline, connections) => {
    const { client, copies } = watched()
    const adapter = redisHistory(client, { deadline })
    adapters.push(adapter)
    await firstValueFrom(adapter.state$.pipe(filter(({ type }) => type === 'ready')))
    await server.ask('ACL', 'SETUSER', 'default', '-subscribe')
    const heard = firstValueFrom(adapter.channel('news').messages$)
    await until('it to be refused', async () => {
      if (!String(await server.ask('INFO', 'errorstats')).includes('NOPERM')) throw new Error('It was not.')
      if (copies.length < connections) throw new Error(`It has ${copies.length} connections.`)
    })
    await server.ask('ACL', 'SETUSER', 'default', '+subscribe')
    const saying = interval(20).subscribe((turn) => adapter.channel('news').publish(turn))
    expect(await heard).toEqual(expect.any(Number))
    saying.unsubscribe()
  })

  it('takes another connection where the one by which it hears is half open', async () => {
    const adapter = redisHistory(connect(proxy.port), { deadline: 300 })
    adapters.push(adapter)
    const saying = interval(20).subscribe((turn) => adapter.channel('news').publish(turn))
    readings.push(saying)
    const news$ = adapter.channel('news').messages$
    await firstValueFrom(news$)
    const heard = new ReplaySubject<unknown>()
    readings.push(news$.subscribe(heard))
    await firstValueFrom(heard)
    proxy.silence()
    const last = await firstValueFrom(adapter.channel('news').messages$.pipe(timeout({ first: 40_000 })))
    expect(await firstValueFrom(heard.pipe(filter((turn) => Number(turn) >= Number(last))))).toBeDefined()
  })

  it('looks again at a server that did not let itself be looked at', async () => {
    await server.ask('ACL', 'SETUSER', 'default', '-info')
    const client = connect(server.port, { enableReadyCheck: false })
    const adapter = redisHistory(client)
    adapters.push(adapter)
    const becomes = (type: RedisState['type']) =>
      firstValueFrom(adapter.state$.pipe(filter((state) => state.type === type)))
    expect(await becomes('refused')).toMatchObject({
      reason: expect.stringContaining('It cannot be looked at: NOPERM'),
    })
    await server.ask('ACL', 'SETUSER', 'default', '+info')
    await becomes('ready')
    expect(await begin(adapter.open(documentId), 1)).toHaveLength(1)
  })

  it('needs no more rights than docs/deploying.md gives it', async () => {
    const [, rule] = /ACL SETUSER (.*)\n/.exec(await readFile('docs/deploying.md', 'utf8')) as RegExpExecArray
    await server.ask('ACL', 'SETUSER', ...(rule as string).split(' '))
    await server.ask('ACL', 'SETUSER', 'default', 'off')
    const adapter = redisHistory(connect(server.port, { username: 'millrace', password: 'secret' }))
    adapters.push(adapter)
    const history = adapter.open(documentId)
    const batches = await begin(history, 3)
    expect(await history.save(lastOf(batches), initial)).toBe('saved')
    const heard = firstValueFrom(adapter.channel('news').messages$)
    readings.push(interval(20).subscribe((turn) => adapter.channel('news').publish(turn)))
    expect(await heard).toEqual(expect.any(Number))
    expect(adapter.state).toMatchObject({ type: 'ready' })
  })

  it('serves what the other masters of a Cluster have where one is away, and the rest when it is back', async () => {
    const cluster = await redisCluster({ config: { 'cluster-require-full-coverage': 'no' } })
    const [away, ...others] = cluster.nodes as [RedisServer, ...RedisServer[]]
    const ids: Record<'here' | 'there', string[]> = { here: [], there: [] }
    for (let i = 0; ids.here.length === 0 || ids.there.length === 0; i++) {
      const owner = await cluster.ownerOf(await cluster.slotOf(`millrace:{list/${i}}`))
      ids[owner === away ? 'there' : 'here'].push(`list/${i}`)
    }
    const [here, there] = [ids.here[0] as string, ids.there[0] as string]
    await away.kill()
    const client = new Cluster(others.map(({ port }) => ({ host: '127.0.0.1', port })))
    client.on('error', () => undefined)
    const adapter = redisHistory(client)
    adapters.push(adapter)
    expect(await until('one that is here', () => begin(adapter.open(here), 1))).toHaveLength(1)
    expect(adapter.state).toMatchObject({ type: 'ready' })
    await away.restart()
    expect(await until('one that was away', () => begin(adapter.open(there), 1))).toHaveLength(1)
    client.disconnect()
  })

  it('finds that a history was put back whose numbers have grown past what was read, and its commands have not', async () => {
    const history = open().open(documentId)
    const [first] = await begin(history, 1)
    const dump = await server.dump()
    const large = chainAfter(endOf(first as Batch), 2, { after: 1, commands: 10 })
    await history.append(endOf(first as Batch), large)
    const heard = read(open().open(documentId), lastOf(large))
    await server.restart(dump)
    const small = chainAfter(endOf(first as Batch), 5, { client: 'bob' })
    await until('it to grow', () =>
      open()
        .open(documentId)
        .append(endOf(first as Batch), small),
    )
    await expect(lastValueFrom(heard)).rejects.toMatchObject({ code: 'regressed' })
  })

  it('passes over notices of others', async () => {
    const [writer, reader] = [open().open(documentId), open().open(documentId)]
    const head = lastOf(await begin(writer, 1))
    const heard = read(reader, head)
    const next = batchAfter(head, { after: 1 })
    const forged = { ...next, mark: 'forged', follows: 'nobody' }
    for (const notice of ['', 'no', '-1', '99999999999999999999', '7\n{', `2\n${JSON.stringify(forged)}`, '900'])
      await server.ask('PUBLISH', keyOf(':grown'), notice)
    await writer.append(head, [next])
    expect(await hears(heard, next)).toEqual(next)
  })

  it('does not know what came of an append whose answer is lost, and finds out', async () => {
    const adapter = open({ deadline: 300 }, proxy.port)
    const history = adapter.open(documentId)
    const head = lastOf(await begin(history, 1))
    proxy.pause('to client')
    const next = batchAfter(head, { after: 1 })
    await expect(history.append(head, [next])).rejects.toMatchObject(unavailable('did not answer within 300 ms|broke'))
    await firstValueFrom(adapter.state$.pipe(filter(({ type }) => type === 'connecting')))
    proxy.resume('to client')
    expect(await history.record('ann', 'subject')).toMatchObject({ record: { seq: 2 }, head: { count: 2 } })
    expect(await allOf(history)).toHaveLength(2)
  })

  it('waits no longer than it is told for a server that stands still, and goes on when it wakes', async () => {
    const adapter = open({ deadline: 300 })
    const history = adapter.open(documentId)
    const head = lastOf(await begin(history, 1))
    server.pause()
    await expect(history.record('ann', 'subject')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(history.append(head, [batchAfter(head, { after: 1 })])).rejects.toMatchObject({ code: 'unavailable' })
    server.resume()
    const answer = await until('it to go on', () => history.record('ann', 'subject'))
    expect(answer.head?.count).toBe(answer.record?.seq)
  })

  it('waits for the next connection where one has broken and nobody was told yet', async () => {
    const { client, copies } = watched()
    const adapter = redisHistory(client)
    adapters.push(adapter)
    const history = adapter.open(documentId)
    await begin(history, 1)
    for (const { stream } of copies) stream.destroy()
    expect(adapter.state.type).toBe('ready')
    expect(await history.record('ann', 'subject')).toMatchObject({ head: { count: 1 } })
  })

  it('tells who reads of a history that was restored from an old dump and has grown past it', async () => {
    const history = open().open(documentId)
    const head = lastOf(await begin(history, 2))
    const dump = await server.dump()
    const lost = batchAfter(head, { after: 2 })
    await history.append(head, [lost])
    const heard = read(history, { count: 3, mark: lost.mark })
    await server.restart(dump)
    const others = batchAfter(head, { client: 'bob' })
    const once = batchAfter({ count: 3, mark: others.mark }, { client: 'bob', after: 1 })
    await history.append(head, [others, once])
    await expect(firstValueFrom(heard)).rejects.toMatchObject({ code: 'regressed' })
  })

  it('tells who reads of a history that is gone', async () => {
    const history = open().open(documentId)
    const head = lastOf(await begin(history, 2))
    const heard = read(history, head)
    const next = batchAfter(head, { after: 2 })
    await history.append(head, [next])
    await hears(heard, next)
    await server.ask('FLUSHALL')
    await expect(lastValueFrom(heard)).rejects.toMatchObject({ code: 'regressed' })
    expect(await history.record('ann', 'subject')).toEqual({ record: undefined, head: undefined })
  })

  it('goes on with who reads where another host puts its copy back, and nobody notices', async () => {
    const [one, two] = [open().open(documentId), open({ lookAfter: 1_000 }).open(documentId)]
    const head = lastOf(await begin(one, 3))
    const heard = read(two, start)
    await hears(heard, head)
    // So it looks for the first time when all of this has happened.
    await server.ask('FLUSHALL')
    expect(await one.append(head, [], initial)).toEqual({ type: 'appended' })
    const next = batchAfter(head, { after: 0 })
    expect(await one.append(head, [next])).toEqual({ type: 'appended' })
    await hears(heard, next)
  })

  it('appends all or nothing where memory runs out, and goes on when there is room', async () => {
    const history = open().open(documentId)
    const head = lastOf(await begin(history, 2))
    await server.ask('CONFIG', 'SET', 'maxmemory', '1')
    const next = batchAfter(head, { after: 2 })
    await expect(history.append(head, [next])).rejects.toMatchObject(unavailable('OOM'))
    expect(await history.record('ann', 'subject')).toMatchObject({ record: { seq: 2 }, head })
    await server.ask('CONFIG', 'SET', 'maxmemory', '0')
    expect(await history.append(head, [next])).toEqual({ type: 'appended' })
  })

  it('keeps everything over a server that is killed and keeps its file', async () => {
    const history = open().open(documentId)
    await begin(history, 5)
    await server.kill()
    await expect(history.record('ann', 'subject')).rejects.toMatchObject({ code: 'unavailable' })
    await server.restart()
    expect(await allOf(history)).toHaveLength(5)
  })

  it('shows nobody what no replica has, and all of it once one has', async () => {
    const adapter = open({ durability: { class: 'replicated', within: 100 } })
    const history = adapter.open(documentId)
    const first = batchAfter(start)
    const heard = read(history, start)
    const told: Batch[] = []
    heard.subscribe((batch) => told.push(batch))
    await expect(history.append(start, [first], initial)).rejects.toMatchObject(
      unavailable('0 replicas have what was written, and 1 are asked for'),
    )
    await expect(history.record('ann', 'subject')).rejects.toMatchObject({ code: 'unavailable' })
    expect(told).toEqual([])
    await redisServer({ config: { replicaof: `127.0.0.1 ${server.port}` } })
    expect(await hears(heard, first)).toEqual(first)
    expect(await history.record('ann', 'subject')).toMatchObject({ record: { seq: 1 }, head: { count: 1 } })
  })

  it('says what a server lacks, and keeps nothing where that was asked for', async () => {
    const state = async ({ state$ }: RedisHistory) =>
      firstValueFrom(state$.pipe(filter(({ type }) => type !== 'connecting')))
    expect(await state(open())).toEqual({ type: 'ready', warnings: [] })
    await server.ask('CONFIG', 'SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru', 'appendonly', 'no')
    expect(await state(open())).toEqual({
      type: 'ready',
      warnings: [
        'It deletes any key when it is full (maxmemory-policy allkeys-lru), and histories with it: set noeviction.',
        'It has no append-only file: a restart takes what came after its last dump, or everything.',
      ],
    })
    for (const durability of [{ class: 'replicated' }, { class: 'synced' }] as const) {
      const adapter = open({ durability })
      expect(await state(adapter)).toMatchObject({ type: 'refused', reason: expect.stringContaining('noeviction') })
      await expect(adapter.open(documentId).load()).rejects.toMatchObject(unavailable('noeviction'))
    }
    await server.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    const version = /redis_version:(\d+)\.(\d+)/.exec(String(await server.ask('INFO', 'server')))
    if (Number(version?.[1]) * 100 + Number(version?.[2]) >= 702) await server.ask('CONFIG', 'SET', 'appendonly', 'no')
    expect(await state(open({ durability: { class: 'synced' } }))).toMatchObject({ type: 'refused' })
    expect(await state(open({ durability: { class: 'replicated' } }))).toMatchObject({
      type: 'ready',
      warnings: [expect.stringContaining('append-only'), expect.stringContaining('from its replicas too')],
    })
    expect(() => open({ prefix: '{a}' })).toThrow("The prefix '{a}' has braces: choose one without.")
    const prefixed = new Redis(server.port, { lazyConnect: true, keyPrefix: 'app:' })
    expect(() => redisHistory(prefixed)).toThrow("The client has the keyPrefix 'app:': say it as `prefix` instead.")
  })
})
