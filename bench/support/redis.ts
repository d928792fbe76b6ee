import { Redis } from 'ioredis'
import { redisServerPath } from '../../spec/checks/programs.mjs'
import { redisServer } from '../../spec/support/redis/server.ts'
import type { Spent } from '../programs/redis-host.ts'
import { median } from './numbers.ts'
import { Remote } from './remote.ts'

/** What a round took, by all who took part in it. */
export interface Round {
  readonly all: readonly Spent[]
  readonly commands: number
  /** Milliseconds. */
  readonly time: number
  /** Milliseconds of CPU of the hosts. */
  readonly cpu: number
  readonly redis: Done
}

/** What Redis has done so far. */
interface Done {
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** Scripts that were called. */
  readonly calls: number
}

/** A fresh Redis, and hosts that share it. */
export class SharedRedis {
  readonly redis: Redis
  readonly #server: Awaited<ReturnType<typeof redisServer>>
  readonly #remotes: Remote[] = []

  private constructor(server: Awaited<ReturnType<typeof redisServer>>) {
    this.#server = server
    this.redis = new Redis(server.url)
  }

  /** @param config lines of redis.conf */
  static async start(config: Readonly<Record<string, string>> = {}): Promise<SharedRedis> {
    return new SharedRedis(await redisServer({ config }))
  }

  /** Programs in processes of their own, which are told where it is, and end with it. */
  programs(name: 'redis-host' | 'redis-bare' | 'hop', count: number, ...args: readonly string[]): Remote[] {
    const remotes = Array.from({ length: count }, () => new Remote(name, this.#server.url, ...args))
    this.#remotes.push(...remotes)
    return remotes
  }

  /** All of them do the same at once. */
  async round(remotes: readonly Remote[], ask: string, ...args: readonly unknown[]): Promise<Round> {
    const before = await this.#done()
    const all = await Promise.all(remotes.map((remote) => remote.ask<Spent>(ask, ...args)))
    const after = await this.#done()
    return {
      all,
      commands: sum(all, ({ commands }) => commands),
      time: Math.max(...all.map(({ time }) => time)),
      cpu: sum(all, ({ cpu }) => cpu),
      redis: { cpu: after.cpu - before.cpu, calls: after.calls - before.calls },
    }
  }

  /** Bytes that it holds, without what is on its way to clients and to its disk. */
  async memory(): Promise<number> {
    const text = await this.redis.info('memory')
    const bytes = (field: string) => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1])
    return bytes('used_memory') - bytes('mem_clients_normal') - bytes('mem_aof_buffer')
  }

  async close(): Promise<void> {
    await Promise.all(this.#remotes.map((remote) => remote.end()))
    this.redis.disconnect()
    await this.#server.close()
  }

  async #done(): Promise<Done> {
    const [cpu, stats] = [await this.redis.info('cpu'), await this.redis.info('commandstats')]
    const number = (text: string, pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
    return {
      cpu: 1_000 * (number(cpu, /used_cpu_user:([\d.]+)/) + number(cpu, /used_cpu_sys:([\d.]+)/)),
      calls: number(stats, /cmdstat_evalsha:calls=(\d+)/) + number(stats, /cmdstat_eval:calls=(\d+)/),
    }
  }
}

/** Measures with a Redis of its own; nothing where there is no redis-server. */
export async function withRedis<V>(measure: (shared: SharedRedis) => Promise<readonly V[]>): Promise<readonly V[]> {
  if (!redisServerPath()) {
    console.error('There is no redis-server: apt-get install redis-server, or say in REDIS_SERVER where it is.')
    return []
  }
  const shared = await SharedRedis.start()
  try {
    return await measure(shared)
  } finally {
    await shared.close()
  }
}

export const sum = <V>(values: readonly V[], of: (value: V) => number): number =>
  values.reduce((total, value) => total + of(value), 0)

/** The middle round; the first warms up. */
export const middle = (rounds: readonly Round[], of: (round: Round) => number): number =>
  median(rounds.slice(1).map(of))

/** What a command cost in the middle round. */
export const costsOf = (rounds: readonly Round[]) => ({
  'commands/s': middle(rounds, ({ commands, time }) => (1_000 * commands) / time),
  'µs CPU of hosts': middle(rounds, ({ cpu, commands }) => (1_000 * cpu) / commands),
  'µs CPU of Redis': middle(rounds, ({ redis, commands }) => (1_000 * redis.cpu) / commands),
  'calls per 1,000': middle(rounds, ({ redis, commands }) => (1_000 * redis.calls) / commands),
})
