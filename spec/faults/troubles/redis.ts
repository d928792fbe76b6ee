import type { Random } from '../../../lib/testing/simulator/random.ts'
import type { RedisServer } from '../../support/redis/server.ts'
import { until as untilAnswered } from '../../support/redis/until.ts'
import type { RedisWorld } from '../support/redis-world.ts'
import { pause, until } from '../support/within.ts'
import { allWork, busyUntil, unreachedByHosts } from './trouble.ts'

/** Something that befalls a Redis, while everybody works. */
export interface RedisTrouble {
  readonly name: string
  /** What it befalls. One process is not done two things at a time. */
  readonly befalls: 'its process' | 'its data' | 'its lines'
  /** Whether it takes what was answered, also from one that keeps what it answers. */
  readonly loses?: boolean
  readonly act: (over: RedisWorld, random: Random) => Promise<void>
}

/** Does it, again and again where something else undoes it, until hosts do not reach their histories. */
async function untilNoted({ world }: RedisWorld, act: () => unknown): Promise<void> {
  const before = unreachedByHosts(world)
  const noted = until('a host to notice', async () => {
    await act()
    return unreachedByHosts(world) > before
  })
  await busyUntil('a host to notice', noted, () => allWork(world, 1))
}

/** Says something to it as soon as it answers. */
const tell = (server: RedisServer, command: string, ...args: (string | number)[]): Promise<unknown> =>
  untilAnswered(`an answer to ${command}`, () => server.ask(command, ...args))

const keysOf = async (server: RedisServer, pattern: string): Promise<string[]> =>
  (await tell(server, 'KEYS', pattern)) as string[]

async function remove(server: RedisServer, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await tell(server, 'DEL', ...keys)
}

const ofOneDocument = '*board/one*'
/** Those of a document that it is never without. Others are missed when a snapshot is kept, or loaded. */
const needed = ['}', ':batches', ':records']
const neededOf = (keys: readonly string[]): string[] => keys.filter((key) => needed.some((end) => key.endsWith(end)))

const anyLine = ({ lines }: RedisWorld, random: Random) => random.pick(lines)

export const redisTroubles: readonly RedisTrouble[] = [
  {
    name: 'is killed and comes back',
    befalls: 'its process',
    async act(over) {
      await untilNoted(over, () => over.server.kill())
      await over.server.restart()
    },
  },
  {
    name: 'is killed and comes back before anybody knows',
    befalls: 'its process',
    act: ({ server }) => server.restart(),
  },
  {
    name: 'sleeps for longer than anybody waits',
    befalls: 'its process',
    async act(over) {
      await untilNoted(over, () => over.server.pause())
      over.server.resume()
    },
  },
  {
    name: 'is put back to an old dump, and grows beyond what it had',
    befalls: 'its process',
    loses: true,
    async act({ server, work }) {
      const dump = await server.dump()
      await work(2)
      await server.restart(dump)
      // A dump may be of a moment in which a key was missing.
      const keys = await keysOf(server, ofOneDocument)
      if (neededOf(keys).length < needed.length) await remove(server, keys)
      await work(4)
    },
  },
  {
    name: 'is emptied',
    befalls: 'its data',
    loses: true,
    act: async ({ server }) => void (await tell(server, 'FLUSHALL')),
  },
  {
    name: 'is full for a while',
    befalls: 'its data',
    async act(over) {
      await untilNoted(over, () => tell(over.server, 'CONFIG', 'SET', 'maxmemory', '1'))
      await tell(over.server, 'CONFIG', 'SET', 'maxmemory', '0')
    },
  },
  {
    name: 'loses a key of a document, whose rest is then removed',
    befalls: 'its data',
    loses: true,
    async act(over, random) {
      const { server } = over
      await untilNoted(over, async () => remove(server, random.some(neededOf(await keysOf(server, ofOneDocument)), 1)))
      await remove(server, await keysOf(server, ofOneDocument))
    },
  },
  {
    name: 'is heard by one host no more, for a while',
    befalls: 'its lines',
    async act(over, random) {
      const line = anyLine(over, random)
      await untilNoted(over, () => line.pause('to client'))
      line.cut()
      line.resume('to client')
    },
  },
  {
    name: 'is behind a half-open line of one host',
    befalls: 'its lines',
    async act(over, random) {
      const line = anyLine(over, random)
      await untilNoted(over, () => line.silence())
    },
  },
  {
    name: 'is behind lines that are cut',
    befalls: 'its lines',
    async act({ lines }, random) {
      for (let i = 0; i < 5; i++) {
        random.pick(lines)[random.pick(['cut', 'reset'] as const)]()
        await pause(random.below(100))
      }
    },
  },
  {
    name: 'ends the connections that hear of what is new',
    befalls: 'its lines',
    async act({ server }, random) {
      for (let i = 0; i < 5; i++) {
        await tell(server, 'CLIENT', 'KILL', 'TYPE', 'pubsub')
        await pause(random.below(100))
      }
    },
  },
  {
    name: 'forgets its scripts',
    befalls: 'its data',
    async act({ server }, random) {
      for (let i = 0; i < 5; i++) {
        await tell(server, 'SCRIPT', 'FLUSH')
        await pause(random.below(100))
      }
    },
  },
]

type Pair = readonly [RedisTrouble, RedisTrouble]

/** All of them, two at a time: those first that take nothing from a Redis that keeps what it answers. */
export function pairsOf(random: Random): readonly Pair[] {
  const isOfProcess = ({ befalls }: RedisTrouble) => befalls === 'its process'
  const others = random.some(redisTroubles, redisTroubles.length).filter((one) => !isOfProcess(one))
  const ones = random.some(redisTroubles.filter(isOfProcess), redisTroubles.length)
  while (ones.length < others.length) ones.push(others.pop() as RedisTrouble)
  return ones
    .map((one, i): Pair => [one, others[i] as RedisTrouble])
    .sort((one, other) => Number(loses(one)) - Number(loses(other)))
}

export const loses = (pair: Pair): boolean => pair.some((one) => one.loses)
