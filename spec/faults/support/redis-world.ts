import type { Bundles } from '../../support/programs.ts'
import { type RedisServer, redisServer } from '../../support/redis/server.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import { within } from './within.ts'
import { World } from './world.ts'

const hosts = 4
const clientsEach = 10

/** How a world over a Redis differs from the usual one. */
export interface RedisWorldOptions {
  readonly seed: number
  /** Whether it keeps what it answers, whatever befalls its process. */
  readonly isKept: boolean
  /** Whether what it answered may be lost all the same. */
  readonly mayLose: boolean
}

/** Four hosts, each with a line of its own to one Redis, and ten clients at each. */
export interface RedisWorld {
  readonly world: World
  readonly server: RedisServer
  readonly lines: readonly TcpProxy[]
  /** Everybody does so much, until it is settled. */
  work(commands: number): Promise<void>
  close(): Promise<void>
}

export async function redisWorld(programs: Bundles, { seed, isKept, mayLose }: RedisWorldOptions): Promise<RedisWorld> {
  const server = await redisServer({ persistence: isKept ? 'aof' : 'none' })
  const lines = await Promise.all(Array.from({ length: hosts }, () => tcpProxy(server.port)))
  const portFor = (host?: number) => (host === undefined ? server.port : (lines[host] as TcpProxy).port)
  const world = await World.begin(programs, {
    hosts,
    seed,
    mayLose,
    place: (host) => ({ kind: 'redis', port: portFor(host) }),
  })
  await Promise.all(lines.map((_, host) => world.sitTogether(guestsAt(host), host)))
  return {
    world,
    server,
    lines,
    async work(commands) {
      const all = world.seats.map(({ process }) => process.ask({ type: 'work', commands, until: 'settled' }))
      await within('work to be settled', Promise.all(all))
    },
    async close() {
      await world.close()
      await Promise.all(lines.map((line) => line.close()))
      await server.close()
    },
  }
}

const guestsAt = (host: number): string[] => Array.from({ length: clientsEach }, (_, i) => `guest-${host}-${i}`)
