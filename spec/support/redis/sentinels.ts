import type { ServerOptions } from './configuration.ts'
import { type RedisServer, redisServer } from './server.ts'
import { until } from './until.ts'

export interface SentinelsOptions extends Omit<ServerOptions, 'isSentinel'> {
  /** Milliseconds of silence after which a sentinel takes a server for dead. @default 500 */
  readonly downAfter?: number
}

/** The name that clients ask for. */
const name = 'main'

/** Starts a master, a replica, and three sentinels, two of which decide. */
export async function redisSentinels({ downAfter = 500, ...options }: SentinelsOptions = {}): Promise<RedisSentinels> {
  const master = await redisServer(options)
  const replica = await redisServer({
    ...options,
    config: { replicaof: `127.0.0.1 ${master.port}`, ...options.config },
  })
  const config = {
    'sentinel monitor': `${name} 127.0.0.1 ${master.port} 2`,
    'sentinel down-after-milliseconds': `${name} ${downAfter}`,
    'sentinel failover-timeout': `${name} 5000`,
  }
  const sentinels = await Promise.all([1, 2, 3].map(() => redisServer({ config, isSentinel: true })))
  // They look around more often than they would: who comes back is taken in within a second, and not within ten.
  await Promise.all(sentinels.map((one) => one.ask('SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', 200, 'INFO-PERIOD', 500)))
  const all = new RedisSentinels([master, replica], sentinels)
  await all.whole()
  return all
}

/** Servers and their sentinels. Each may be killed, paused and started again; `whole` waits until the others made up for it. */
export class RedisSentinels {
  readonly name = name
  /** The master in the beginning, and the replica. */
  readonly servers: readonly [RedisServer, RedisServer]
  readonly sentinels: readonly RedisServer[]

  constructor(servers: readonly [RedisServer, RedisServer], sentinels: readonly RedisServer[]) {
    this.servers = servers
    this.sentinels = sentinels
  }

  /** Where a client asks for the master. */
  get addresses(): { host: string; port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /**
   * Waits until all sentinels that are awake know one master, which knows that it is, and could replace it; whatever
   * else is awake follows it. @returns the master
   */
  whole(): Promise<RedisServer> {
    return until('sentinels that agree', async () => {
      const ports = await Promise.all(this.sentinels.filter(({ isAwake }) => isAwake).map((one) => this.#masterBy(one)))
      const master = this.servers.find(({ port, isAwake }) => isAwake && ports.every((other) => other === port))
      if (!master) throw new Error(`They say ${ports.join()}.`)
      for (const server of this.servers.filter(({ isAwake }) => isAwake)) await checkRole(server, master)
      return master
    })
  }

  async close(): Promise<void> {
    await Promise.all([...this.sentinels, ...this.servers].map((one) => one.close()))
  }

  async #masterBy(sentinel: RedisServer): Promise<number> {
    await sentinel.ask('SENTINEL', 'CKQUORUM', name)
    const told = (await sentinel.ask('SENTINEL', 'MASTER', name)) as string[]
    const valueOf = (field: string) => Number(told[told.indexOf(field) + 1])
    if (valueOf('num-slaves') < this.servers.length - 1) throw new Error('A sentinel knows no replica.')
    return valueOf('port')
  }
}

async function checkRole(server: RedisServer, master: RedisServer): Promise<void> {
  const said = String(await server.ask('INFO', 'replication'))
  const isRight =
    server === master
      ? said.includes('role:master')
      : said.includes(`master_port:${master.port}\r`) && said.includes('master_link_status:up')
  if (!isRight) throw new Error(`${server.port} says: ${said}`)
}
