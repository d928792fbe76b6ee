import type { ServerOptions } from './configuration.ts'
import { freePort } from './free-port.ts'
import { type Member, membersBy, owns } from './members.ts'
import { type RedisServer, redisServer } from './server.ts'
import { until } from './until.ts'

const slots = 16_384

export interface ClusterOptions extends Omit<ServerOptions, 'isSentinel'> {
  /** @default 3 */
  readonly masters?: number
  /** Of each master. @default 0 */
  readonly replicas?: number
}

/** Starts a Redis Cluster, whose slots are shared out evenly. */
export async function redisCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0 } = options
  const nodes = await Promise.all(Array.from({ length: masters * (1 + replicas) }, () => nodeOf(options)))
  const cluster = new RedisCluster(nodes)
  await cluster.form(masters)
  return cluster
}

const nodeOf = async (options: ServerOptions): Promise<RedisServer> =>
  redisServer({
    ...options,
    config: {
      'cluster-enabled': 'yes',
      // Beside the data: old data do not bring back an old cluster.
      'cluster-config-file': '../nodes.conf',
      'cluster-port': String(await freePort()),
      'cluster-node-timeout': '2000',
      ...options.config,
    },
  })

/** Nodes of a cluster. Each may be killed, paused and started again; `whole` waits until the others have made up for it. */
export class RedisCluster {
  /** Those that are masters in the beginning, then their replicas. */
  readonly nodes: readonly RedisServer[]

  constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes
  }

  /** Where a client begins. */
  get addresses(): { host: string; port: number }[] {
    return this.nodes.map(({ port }) => ({ host: '127.0.0.1', port }))
  }

  /** Makes one cluster of nodes that know nobody. */
  async form(masters: number): Promise<void> {
    const members = await Promise.all(this.nodes.map(async (node) => (await membersBy(node))[0]))
    await each(this.nodes, (node, i) => node.ask('CLUSTER', 'SET-CONFIG-EPOCH', i + 1))
    await each(this.nodes.slice(0, masters), (node, i) =>
      node.ask(
        'CLUSTER',
        'ADDSLOTSRANGE',
        Math.ceil((slots * i) / masters),
        Math.ceil((slots * (i + 1)) / masters) - 1,
      ),
    )
    await each(this.nodes, (node, i) =>
      each(members.slice(i + 1), ({ port, busPort }) => node.ask('CLUSTER', 'MEET', '127.0.0.1', port, busPort)),
    )
    await each(this.nodes.slice(masters), (node, i) =>
      until('a master to be known', () => node.ask('CLUSTER', 'REPLICATE', (members[i % masters] as Member).id)),
    )
    await this.whole()
  }

  /** Waits until all that are awake agree, each slot is with one of them, and every replica follows. */
  whole(): Promise<void> {
    return until('a whole cluster', async () => {
      const views = await Promise.all(this.#awake.map((node) => this.#viewBy(node)))
      if (new Set(views).size > 1) throw new Error(`Some think ${[...new Set(views)].join('; others ')}`)
    })
  }

  async slotOf(key: string): Promise<number> {
    return Number(await this.#anyone.ask('CLUSTER', 'KEYSLOT', key))
  }

  /** Where a slot is, as those know who are awake. */
  async ownerOf(slot: number): Promise<RedisServer> {
    const owner = (await membersBy(this.#anyone)).find((member) => owns(member, slot))
    return this.#node(owner?.port)
  }

  /**
   * Moves a slot and all keys in it to another master, while everybody goes on using them. The move stands still
   * `halfway`, when the key with the shortest name is there and the others are not: which one that is decides what is asked
   * for in vain at the old place.
   */
  async moveSlot(slot: number, to: RedisServer, halfway?: () => Promise<unknown>): Promise<void> {
    const from = await this.ownerOf(slot)
    if (from === to) return
    const [{ id: source }, { id: target }] = [(await membersBy(from))[0], (await membersBy(to))[0]]
    await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source)
    await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)
    if (halfway) {
      await moveKeys(slot, from, to, true)
      await halfway()
    }
    while (await moveKeys(slot, from, to));
    // Its new place first: whoever asks meanwhile finds the slot in one place at least.
    for (const node of [to, from, ...(await this.#otherMasters(from, to))])
      await node.ask('CLUSTER', 'SETSLOT', slot, 'NODE', target)
    await this.whole()
  }

  /** How often nodes sent somebody on, or away, because of slots that are on their way. */
  async redirections(): Promise<{ readonly asked: number; readonly later: number }> {
    const stats = await Promise.all(this.#awake.map((node) => node.ask('INFO', 'errorstats')))
    const sum = (code: string) =>
      stats.reduce(
        (all: number, text) => all + Number(new RegExp(`_${code}:count=(\\d+)`).exec(String(text))?.[1] ?? 0),
        0,
      )
    return { asked: sum('ASK'), later: sum('TRYAGAIN') }
  }

  /** A replica takes the place of its master, which agrees and loses nothing. */
  async failOver(replica: RedisServer): Promise<void> {
    await replica.ask('CLUSTER', 'FAILOVER')
    await until('a replica to be master', async () => {
      if ((await membersBy(replica))[0].follows) throw new Error('It is none.')
    })
    await this.whole()
  }

  async close(): Promise<void> {
    await each(this.nodes, (node) => node.close())
  }

  get #awake(): RedisServer[] {
    return this.nodes.filter(({ isAwake }) => isAwake)
  }

  get #anyone(): RedisServer {
    const [one] = this.#awake
    if (!one) throw new Error('No node is awake.')
    return one
  }

  #node(port: number | undefined): RedisServer {
    const node = this.nodes.find((one) => one.port === port)
    if (!node) throw new Error(`No node has port ${port}.`)
    return node
  }

  async #otherMasters(...known: RedisServer[]): Promise<RedisServer[]> {
    const masters = (await membersBy(this.#anyone)).filter(({ follows }) => !follows)
    return masters.map(({ port }) => this.#node(port)).filter((node) => node.isAwake && !known.includes(node))
  }

  /** Who of those who are awake has which slots and follows whom; rejects where not all is well. */
  async #viewBy(node: RedisServer): Promise<string> {
    const info = String(await node.ask('CLUSTER', 'INFO'))
    const replication = String(await node.ask('INFO', 'replication'))
    if (!info.includes('cluster_state:ok')) throw new Error(`${node.port} says: ${info}`)
    if (replication.includes('master_link_status:down')) throw new Error(`${node.port} does not follow its master.`)
    const members = await membersBy(node)
    const isAwake = ({ port }: Member) => this.#node(port).isAwake
    const asleep = members.find((member) => member.ranges.length > 0 && !isAwake(member))
    if (asleep) throw new Error(`${asleep.port} has slots, and is not awake.`)
    return members.filter(isAwake).map(inWords).sort().join(', ')
  }
}

const inWords = ({ port, follows, ranges }: Member): string =>
  `${port} ${follows ? `follows ${follows}` : `has ${ranges.map((range) => range.join('-')).join(' ')}`}`

/** Moves keys of a slot: many, or the one with the shortest name. @returns whether there were any */
async function moveKeys(slot: number, from: RedisServer, to: RedisServer, isOne = false): Promise<boolean> {
  const keys = (await from.ask('CLUSTER', 'GETKEYSINSLOT', slot, 100)) as string[]
  const moved = isOne ? keys.sort((a, b) => a.length - b.length).slice(0, 1) : keys
  if (moved.length > 0) await from.ask('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...moved)
  return moved.length > 0
}

async function each<T>(all: readonly T[], act: (one: T, i: number) => Promise<unknown>): Promise<void> {
  await Promise.all(all.map(act))
}
