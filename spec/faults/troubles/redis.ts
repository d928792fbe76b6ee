import type { Random } from '../../../lib/testing/simulator/random.ts'
import type { RedisServer } from '../../support/redis/server.ts'
import type { RedisWorld } from '../support/redis-world.ts'
import { pause, until } from '../support/within.ts'
import { allWork, busyUntil, metByHosts } from './trouble.ts'

/** Something that befalls a Redis, while everybody works. */
export interface RedisTrouble {
  readonly name: string
  /** Whether it takes what was answered, also from one that keeps what it answers. */
  readonly loses?: boolean
  readonly act: (over: RedisWorld, random: Random) => Promise<void>
}

/** Waits until hosts do not know what came of appends. */
async function untilNoted({ world }: RedisWorld, act: () => unknown): Promise<void> {
  const before = metByHosts(world, 'failed append')
  await act()
  const failed = until('an append to fail', () => metByHosts(world, 'failed append') > before)
  await busyUntil('an append to fail', failed, () => allWork(world, 1))
}

const keysOf = async (server: RedisServer, pattern: string): Promise<string[]> =>
  (await server.ask('KEYS', pattern)) as string[]

const anyLine = ({ lines }: RedisWorld, random: Random) => random.pick(lines)

export const redisTroubles: readonly RedisTrouble[] = [
  {
    name: 'is killed and comes back',
    async act(over) {
      await untilNoted(over, () => over.server.kill())
      await over.server.restart()
    },
  },
  {
    name: 'is killed and comes back before anybody knows',
    act: ({ server }) => server.restart(),
  },
  {
    name: 'sleeps for longer than anybody waits',
    async act(over) {
      await untilNoted(over, () => over.server.pause())
      over.server.resume()
    },
  },
  {
    name: 'is put back to an old dump, and grows beyond what it had',
    loses: true,
    async act({ server, work }) {
      const dump = await server.dump()
      await work(2)
      await server.restart(dump)
      await work(4)
    },
  },
  {
    name: 'is emptied',
    loses: true,
    act: async ({ server }) => void (await server.ask('FLUSHALL')),
  },
  {
    name: 'is full for a while',
    async act(over) {
      await untilNoted(over, () => over.server.ask('CONFIG', 'SET', 'maxmemory', '1'))
      await over.server.ask('CONFIG', 'SET', 'maxmemory', '0')
    },
  },
  {
    name: 'loses a key of a document, whose rest is then removed',
    loses: true,
    async act(over, random) {
      const { server } = over
      // The others are missed when a snapshot is kept, or loaded.
      const keys = (await keysOf(server, '*board/one*')).filter((key) => /(}|:batches|:records)$/.test(key))
      await untilNoted(over, () => server.ask('DEL', random.pick(keys)))
      await server.ask('DEL', ...(await keysOf(server, '*board/one*')))
    },
  },
  {
    name: 'is heard by one host no more, for a while',
    async act(over, random) {
      const line = anyLine(over, random)
      await untilNoted(over, () => line.pause('to client'))
      line.cut()
      line.resume('to client')
    },
  },
  {
    name: 'is behind a half-open line of one host',
    act: async (over, random) => untilNoted(over, () => anyLine(over, random).silence()),
  },
  {
    name: 'is behind lines that are cut',
    async act({ lines }, random) {
      for (let i = 0; i < 5; i++) {
        random.pick(lines)[random.pick(['cut', 'reset'] as const)]()
        await pause(random.below(100))
      }
    },
  },
  {
    name: 'ends the connections that hear of what is new',
    async act({ server }, random) {
      for (let i = 0; i < 5; i++) {
        await server.ask('CLIENT', 'KILL', 'TYPE', 'pubsub')
        await pause(random.below(100))
      }
    },
  },
  {
    name: 'forgets its scripts',
    async act({ server }, random) {
      for (let i = 0; i < 5; i++) {
        await server.ask('SCRIPT', 'FLUSH')
        await pause(random.below(100))
      }
    },
  },
]
