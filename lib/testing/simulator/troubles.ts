import type { HostProcess } from './host-process.ts'
import type { Link } from './network.ts'
import type { Fault } from './plan.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

/** Makes something go wrong. @returns whether there was anything to go wrong */
type Trouble = (world: World, random: Random) => boolean

const hostOf = ({ hosts }: World, random: Random): HostProcess => random.pick(hosts)

/** A session that somebody uses. */
function linkOf({ network }: World, random: Random): Link | undefined {
  const links = [...network.links].filter(({ isOver }) => !isOver)
  return links.length > 0 ? random.pick(links) : undefined
}

const toLink =
  (trouble: (link: Link, random: Random, world: World) => void): Trouble =>
  (world, random) => {
    const link = linkOf(world, random)
    if (link) trouble(link, random, world)
    return link !== undefined
  }

/** Something that lasts for a time. */
const forTime =
  (least: number, most: number, trouble: (world: World, random: Random) => (() => void) | undefined): Trouble =>
  (world, random) => {
    const end = trouble(world, random)
    if (end) world.timeline.after(random.between(least, most), end)
    return end !== undefined
  }

const fate =
  (methods: readonly string[], becomes: 'not_written' | 'written'): Trouble =>
  (world, random) => {
    const { fates } = hostOf(world, random)
    const method = random.pick(methods)
    fates.set(method, [...(fates.get(method) ?? []), becomes])
    return true
  }

/** Every fault by its name. */
export const troubles: Readonly<Record<Fault, Trouble>> = {
  cut: toLink((link, random) => link.cut(random.below(3_000), random.chance(0.5))),

  cut_after: toLink((link, random) => link.cutAfter(random.between(1, 12))),

  half_open: toLink((link, random, { timeline }) => {
    if (random.chance(0.7)) link.deaf.up = true
    if (random.chance(0.7)) link.deaf.down = true
    timeline.after(random.between(500, 20_000), () => link.cut(random.below(20_000)))
  }),

  deaf_host: (world, random) => {
    const host = hostOf(world, random)
    for (const link of world.network.of(host.actor)) {
      link.deaf.up = true
      world.timeline.after(random.between(100, 5_000), () => link.cut())
    }
    return true
  },

  partition: forTime(1_000, 20_000, ({ partitions, clients, hosts, network }, random) => {
    const client = random.below(clients.length)
    const host = random.below(hosts.length)
    const name = `${client} ${host}`
    partitions.add(name)
    for (const link of network.of(clients[client]!.actor))
      if (link.server === hosts[host]) link.cut(random.below(9_000))
    return () => partitions.delete(name)
  }),

  storm: forTime(500, 5_000, (world, random) => {
    world.storm = random.between(5, 100)
    return () => {
      world.storm = 1
    }
  }),

  ghost: ({ network, hosts, timeline }, random) => {
    const links = [...network.links].filter(({ said }) => said.some((text) => text.includes('"flush"')))
    if (links.length === 0) return false
    const { said, client } = random.pick(links)
    network.haunt(client, random.pick(hosts), said.slice(0, random.between(2, said.length)), random.between(1, 5_000))
    void timeline
    return true
  },

  say_again: (world, random) => {
    const link = linkOf(world, random)
    const flush = link?.said.findLast((text) => text.includes('"flush"'))
    if (link && flush) link.repeat(flush)
    return flush !== undefined
  },

  host_crash: (world, random) => {
    const isNoticed = random.chance(0.7)
    world.crashHost(random.below(world.hosts.length), random.between(10, 5_000), () =>
      random.below(isNoticed ? 100 : 10_000),
    )
    return true
  },

  host_restart: (world, random) => {
    const index = random.below(world.hosts.length)
    world.replaceHost(index, world.hosts[index]!)
    return true
  },

  host_sleep: forTime(100, 15_000, (world, random) => {
    const { actor } = hostOf(world, random)
    actor.sleep()
    return () => actor.wake()
  }),

  host_clock: (world, random) => {
    hostOf(world, random).actor.skew += random.between(-3_600_000, 3_600_000)
    return true
  },

  client_crash: (world, random) => {
    world.restartClient(random.below(world.clients.length))
    return true
  },

  client_sleep: forTime(1_000, 60_000, ({ clients, network, timeline }, random) => {
    const { actor } = random.pick(clients)
    actor.sleep()
    if (random.chance(0.5))
      for (const link of network.of(actor)) timeline.after(random.between(1, 30_000), () => link.cut())
    return () => actor.wake()
  }),

  client_clock: (world, random) => {
    random.pick(world.clients).actor.skew += random.between(-3_600_000, 3_600_000)
    return true
  },

  reopen: ({ clients, documents, plan }, random) => {
    const client = random.pick(clients)
    if (client.actor.isAsleep || plan.keeps) return false
    client.reopen(random.pick(documents))
    return true
  },

  append_not_written: fate(['append'], 'not_written'),
  append_written: fate(['append'], 'written'),
  ask_failed: fate(['load', 'record', 'save'], 'not_written'),

  store_slow: forTime(1_000, 10_000, (world, random) => {
    world.storeSlowness = random.between(50, 2_000)
    return () => {
      world.storeSlowness = 0
    }
  }),

  store_down: forTime(500, 15_000, (world, random) => {
    if (random.chance(0.5)) {
      const host = hostOf(world, random)
      host.isCutOff = true
      return () => {
        host.isCutOff = false
      }
    }
    world.isStoreUp = false
    return () => {
      world.isStoreUp = true
    }
  }),

  store_lag: forTime(1_000, 20_000, (world, random) => {
    const host = hostOf(world, random)
    host.lag = random.between(100, 5_000)
    return () => {
      host.lag = world.plan.lag
    }
  }),

  notice_lost: forTime(500, 10_000, (world, random) => {
    const host = hostOf(world, random)
    host.isDeaf = true
    return () => {
      host.isDeaf = false
    }
  }),

  torn_write: ({ store, documents }, random) => store.log(random.pick(documents)).tear() > 0,

  rollback: ({ store, documents }, random) => {
    const log = store.log(random.pick(documents))
    if (log.length === 0) return false
    log.lose(Math.max(0, log.length - random.between(1, 6)), false)
    return true
  },

  loss: ({ store, documents }, random) => {
    const log = store.log(random.pick(documents))
    if (!log.hasBegun) return false
    log.lose(0, true)
    return true
  },

  slow_hook: forTime(1_000, 10_000, (world, random) => {
    const host = hostOf(world, random)
    host.slowness = random.pick([20, 500, 15_000])
    return () => {
      host.slowness = 0
    }
  }),

  disk_failed: ({ disks, plan }, random) => {
    const { fates } = random.pick(disks)
    for (let i = random.between(1, 5); i > 0; i--) fates.push('failed')
    return plan.keeps
  },

  disk_unknown: ({ disks, plan }, random) => {
    random.pick(disks).fates.push(random.chance(0.5) ? 'unknown_written' : 'unknown_not_written')
    return plan.keeps
  },

  refusing_hook: (world, random) => {
    hostOf(world, random).refusals += random.between(1, 2)
    return true
  },
}
