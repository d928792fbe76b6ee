import { type RedisServer, redisServer } from '../../support/redis/server.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import type { Programs } from './programs.ts'
import { within } from './within.ts'
import { World, type WorldOptions } from './world.ts'

const hosts = 4
const clientsEach = 10

/** Four hosts that share histories, and ten clients at each. */
export interface SharedWorld {
  readonly world: World
  /** Everybody does so much, until it is settled. */
  work(commands: number): Promise<void>
  close(): Promise<void>
}

export interface SharedWorldOptions extends WorldOptions {
  /** How many of the ten have a process of their own. @default 0 */
  readonly lonely?: number
}

export async function sharedWorld(
  programs: Programs,
  { lonely = 0, ...options }: SharedWorldOptions,
): Promise<SharedWorld> {
  // So many on one machine answer late, without anything being broken.
  const host = { silence: 3_000, ...options.host }
  const world = await World.begin(programs, { ...options, hosts, host, client: { connectTimeout: 3_000 } })
  await Promise.all(
    world.stands.map(async ({ index }) => {
      const guests = guestsAt(index)
      await world.sitTogether(guests.slice(lonely), index)
      for (const guest of guests.slice(0, lonely)) await world.sit(guest, { host: index })
    }),
  )
  return {
    world,
    async work(commands) {
      const all = world.seats.map(({ process }) => process.ask({ type: 'work', commands, until: 'settled' }))
      await within('work to be settled', Promise.all(all))
    },
    close: () => world.close(),
  }
}

/** The same over one Redis, to which each host has a line of its own. */
export interface RedisWorld extends SharedWorld {
  readonly server: RedisServer
  readonly lines: readonly TcpProxy[]
}

export interface RedisWorldOptions extends Pick<SharedWorldOptions, 'seed' | 'mayLose' | 'lease' | 'lonely' | 'host'> {
  /** Whether it keeps what it answers, whatever befalls its process. */
  readonly isKept: boolean
}

export async function redisWorld(programs: Programs, { isKept, ...options }: RedisWorldOptions): Promise<RedisWorld> {
  const server = await redisServer({ persistence: isKept ? 'aof' : 'none' })
  const lines = await Promise.all(Array.from({ length: hosts }, () => tcpProxy(server.port)))
  // Whoever judges asks it without a line.
  const portFor = (host = -1) => lines[host]?.port ?? server.port
  const shared = await sharedWorld(programs, { ...options, place: (host) => ({ kind: 'redis', port: portFor(host) }) })
  return {
    ...shared,
    server,
    lines,
    async close() {
      await shared.close()
      await Promise.all(lines.map((line) => line.close()))
      await server.close()
    },
  }
}

const guestsAt = (host: number): string[] => Array.from({ length: clientsEach }, (_, i) => `guest-${host}-${i}`)
