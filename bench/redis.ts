import { Redis } from 'ioredis'
import { redisServerPath } from '../spec/checks/programs.mjs'
import { redisServer } from '../spec/support/redis/server.ts'
import type { Spent } from './programs/redis-host.ts'
import { median } from './rounds.ts'
import { Remote } from './support/remote.ts'

// Histories in Redis: hosts in processes of their own, driven by sessions without sockets, beside the script by which they
// append called bare. CPU is that of the hosts and of Redis; on a shared machine it says more than time.

if (!redisServerPath()) {
  console.error(
    'There is no redis-server: install it (apt-get install redis-server), or say in REDIS_SERVER where it is.',
  )
  process.exit(1)
}
const server = await redisServer()
const redis = new Redis(server.url)

/** What Redis has done so far. */
interface Done {
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** Scripts that were called. */
  readonly calls: number
}

async function done(): Promise<Done> {
  const [cpu, stats] = [await redis.info('cpu'), await redis.info('commandstats')]
  const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
  return {
    cpu: 1_000 * (number(cpu, /used_cpu_user:([\d.]+)/) + number(cpu, /used_cpu_sys:([\d.]+)/)),
    calls: number(stats, /cmdstat_evalsha:calls=(\d+)/) + number(stats, /cmdstat_eval:calls=(\d+)/),
  }
}

interface Round {
  readonly all: readonly Spent[]
  readonly commands: number
  readonly time: number
  /** Milliseconds of CPU of all of them. */
  readonly cpu: number
  readonly redis: Done
}

async function round(remotes: readonly Remote[], ...play: readonly unknown[]): Promise<Round> {
  const before = await done()
  const all = await Promise.all(remotes.map((remote) => remote.ask<Spent>(...(play as [string]))))
  const after = await done()
  return {
    all,
    commands: all.reduce((sum, { commands }) => sum + commands, 0),
    time: Math.max(...all.map(({ time }) => time)),
    cpu: all.reduce((sum, { cpu }) => sum + cpu, 0),
    redis: { cpu: after.cpu - before.cpu, calls: after.calls - before.calls },
  }
}

const hosts = (count: number): Remote[] => Array.from({ length: count }, () => new Remote('redis-host', server.url))
const names = (count: number, name: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => name(i))
const end = (remotes: readonly Remote[]) => Promise.all(remotes.map((remote) => remote.end()))
const middle = (rounds: readonly Round[], of: (round: Round) => number): number => median(rounds.slice(1).map(of))
const perThousand = (of: (round: Round) => number) => (round: Round) => (1_000 * of(round)) / round.commands
const fixed = (value: number, digits = 2): string => value.toFixed(digits)

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] as number
}

const costs = (rounds: readonly Round[]): string =>
  `${fixed(
    middle(
      rounds,
      perThousand(({ cpu }) => cpu),
    ) / 1_000,
    4,
  )} CPU-s of hosts and ` +
  `${fixed(
    middle(
      rounds,
      perThousand(({ redis }) => redis.cpu),
    ) / 1_000,
    4,
  )} of Redis per 1,000 commands, ` +
  `${fixed(
    middle(
      rounds,
      perThousand(({ redis }) => redis.calls),
    ),
    1,
  )} calls`

/** As many commands a second as one host makes in many documents, one flush in flight in each. */
async function manyDocuments(size: number): Promise<void> {
  const [documents, rounds] = [100, 7]
  const flushes = Math.ceil(20_000 / documents / size)
  const contenders = { millrace: hosts(1), bare: [new Remote('redis-bare', server.url)] }
  const played: Record<string, Round[]> = { millrace: [], bare: [] }
  const ids = names(documents, (i) => `list/many-${size}-${i}`)
  for (const [remote] of Object.values(contenders)) await remote?.ask('open', ids)
  for (let number = 0; number <= rounds; number++) {
    for (const [name, remotes] of Object.entries(contenders))
      played[name]?.push(await round(remotes, 'saturate', flushes, size))
  }
  const { millrace = [], bare = [] } = played
  const perSecond = (of: readonly Round[]) => middle(of, ({ commands, time }) => (1_000 * commands) / time)
  for (const [name, of] of Object.entries(played))
    console.log(
      `${documents} documents, batches of ${size}, ${name.padEnd(8)} ${Math.round(perSecond(of))} commands/s; ${costs(of)}`,
    )
  console.log(`  ${Math.round((100 * perSecond(millrace)) / perSecond(bare))} % of bare (at least 70 is the aim)`)
  await end(Object.values(contenders).flat())
}

/** One document that 40 clients change, by one host and by four. */
async function hotDocument(what: string, aim: string, ...play: readonly unknown[]): Promise<void> {
  const [clients, rounds] = [40, 5]
  const played = new Map<number, Round[]>([
    [1, []],
    [4, []],
  ])
  const groups = new Map([...played.keys()].map((count) => [count, hosts(count)]))
  for (const [count, remotes] of groups)
    for (const remote of remotes)
      await remote.ask(
        'open',
        names(clients / count, () => `list/hot-${what}-${count}`),
      )
  for (let number = 0; number <= rounds; number++)
    for (const [count, remotes] of groups) played.get(count)?.push(await round(remotes, ...play))
  for (const [count, of] of played) {
    const sum = (type: 'appended' | 'not_at_head') =>
      middle(of, ({ all }) => all.reduce((total, { appends }) => total + appends[type], 0))
    const lost = sum('not_at_head')
    const answered = of.slice(1).flatMap(({ all }) => all.flatMap((one) => one.answered))
    const waits =
      answered.length > 0
        ? `; answered p50 ${fixed(quantile(answered, 0.5))} ms, p99 ${fixed(quantile(answered, 0.99))} ms`
        : ''
    console.log(
      `a hot document, ${what}, ${count} host${count > 1 ? 's' : ''}: ` +
        `${Math.round(middle(of, ({ commands, time }) => (1_000 * commands) / time))} commands/s; ${costs(of)}; ` +
        `${Math.round((100 * lost) / (lost + sum('appended')))} % of appends lost${waits}`,
    )
  }
  const ratio = (of: (round: Round) => number) =>
    fixed(middle(played.get(4) ?? [], perThousand(of)) / middle(played.get(1) ?? [], perThousand(of)))
  console.log(
    `  four hosts cost ${ratio(({ cpu, redis }) => cpu + redis.cpu)} times the CPU of one ` +
      `(hosts ${ratio(({ cpu }) => cpu)}, Redis ${ratio(({ redis }) => redis.cpu)}) ` +
      `and ${ratio(({ redis }) => redis.calls)} times the calls${aim}`,
  )
  await end([...groups.values()].flat())
}

/** How long a change takes from one client to another through two hosts. */
async function hop(): Promise<void> {
  const [count, every] = [400, 5]
  const [from, to] = hosts(2) as [Remote, Remote]
  await from.ask('open', ['list/hop'])
  await to.ask('open', ['list/hop'])
  const delays: Record<string, number[]> = { hosts: [], channel: [] }
  const ways = { hosts: ['hear', 'say'], channel: ['hearChannel', 'sayChannel'] } as const
  for (let number = 0; number < 4; number++) {
    for (const [name, [hear, say]] of Object.entries(ways)) {
      const heard = to.ask<number[]>(hear, count)
      await to.ask('ready')
      await from.ask(say, count, every)
      if (number > 0) delays[name]?.push(...(await heard))
      else await heard
    }
  }
  for (const [name, all] of Object.entries(delays))
    console.log(
      `from one process to another by ${name.padEnd(7)}: p50 ${fixed(quantile(all, 0.5))} ms, p99 ${fixed(quantile(all, 0.99))} ms`,
    )
  await end([from, to])
}

/** What a document and its commands take in Redis, as it is by default and with smaller nodes in its streams. */
async function memory(): Promise<void> {
  for (const config of [{}, { 'stream-node-max-bytes': '1024' }]) await memoryIn(config)
}

async function memoryIn(config: Readonly<Record<string, string>>): Promise<void> {
  const documents = 200
  const own = await redisServer({ config })
  const asked = new Redis(own.url)
  const remote = new Remote('redis-host', own.url)
  const used = async () => Number(/used_memory:(\d+)/.exec(await asked.info('memory'))?.[1])
  const ids = names(documents, (i) => `list/kept-${i}`)
  const grown = async (...play: readonly unknown[]): Promise<number> => {
    const before = await used()
    await remote.ask(...(play as [string]))
    return Math.round((await used()) - before) / documents
  }
  const sizes = async () => {
    const keys = await asked.keys('millrace:{list/kept-0}*')
    const all = keys.sort().map(async (key) => {
      return `${key.replace(/.*}:?/, '') || 'head'} ${await asked.memory('USAGE', key, 'SAMPLES', 0)}`
    })
    return (await Promise.all(all)).join(', ')
  }
  await remote.ask('open', ids)
  console.log(`memory in Redis, ${JSON.stringify(config)}:`)
  console.log(`  ${fixed(await grown('saturate', 1, 1), 0)} bytes for a document that has begun: ${await sizes()}`)
  const appends = 100
  for (const size of [10, 1]) {
    const each = (await grown('saturate', appends, size)) / (appends * size)
    console.log(`  ${fixed(1_000 * each, 0)} bytes for 1,000 commands in batches of ${size}`)
  }
  console.log(`  of one with ${1 + 11 * appends} commands: ${await sizes()}`)
  await remote.end()
  asked.disconnect()
  await own.close()
}

/** What a host holds of what is open and of who is there, while nothing happens; and its connections. */
async function idle(): Promise<void> {
  const [remote] = hosts(1) as [Remote]
  await remote.ask('open', ['list/first'])
  const clients = async () => Number(/connected_clients:(\d+)/.exec(await redis.info('clients'))?.[1])
  // Two of them are of the bench.
  console.log(`connections of a host to a Redis: ${(await clients()) - 1 - 2}`)
  const [documents, sessions] = [1_000, 1_000]
  const each = async (count: number, begin: () => Promise<unknown>): Promise<string> => {
    const before = await remote.ask<number>('held')
    await begin()
    return fixed(((await remote.ask<number>('held')) - before) / count, 0)
  }
  const open = await each(documents, () =>
    remote.ask(
      'hold',
      names(documents, (i) => `list/idle-${i}`),
    ),
  )
  const bare = await each(sessions, () =>
    remote.ask(
      'sit',
      names(sessions, () => 'list/first'),
    ),
  )
  const crowd = new Remote('fan-out-clients')
  const port = await remote.ask<number>('listen')
  const connected = await each(sessions, () => crowd.ask('connect', 'millrace', port, sessions))
  console.log(
    `memory of a host: ${open} bytes for an open document, ${bare} for a session with one document, ` +
      `${connected} where it comes over socket.io`,
  )
  await end([remote, crowd])
}

const parts: Record<string, () => Promise<void>> = {
  many: async () => {
    for (const size of [10, 1]) await manyDocuments(size)
  },
  hot: () => hotDocument('offered 4,000 commands/s', ' (at most 1.25 is the aim)', 'offer', 2_000, 10),
  saturated: () => hotDocument('saturated', '', 'saturate', 25, 10),
  hop,
  memory,
  idle,
}
const asked = process.argv.slice(2)
for (const [name, part] of Object.entries(parts)) if (asked.length === 0 || asked.includes(name)) await part()
redis.disconnect()
await server.close()
