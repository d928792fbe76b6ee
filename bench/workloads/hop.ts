import { median, quantile } from '../support/numbers.ts'
import { type SharedRedis, withRedis } from '../support/redis.ts'
import type { Remote } from '../support/remote.ts'
import type { Row } from '../support/table.ts'
import type { Effort, Workload } from '../support/workload.ts'

const ways = [
  { name: 'millrace', path: '../hops/millrace.mjs', isServed: true },
  { name: 'redis-adapter', path: '../hops/guests/redis-adapter.mjs', isServed: true },
  { name: 'redis-streams-adapter', path: '../hops/guests/redis-streams-adapter.mjs', isServed: true },
  { name: 'sessions', path: '../hops/sessions.mjs', isServed: false },
  { name: 'channel', path: '../hops/channel.mjs', isServed: false },
] as const

const every = 5

/** A way, and how many milliseconds things took on it, by round. */
interface Tried {
  readonly name: string
  readonly ends: readonly [from: Remote, to: Remote]
  readonly delays: number[][]
}

export const hop: Workload = {
  name: 'hop',
  title: 'From client to client through two hosts',
  definition:
    `Two servers share a Redis, with a client at each; one client says something every ${every} ms, in rounds by turns, and the time ` +
    'until the other hears it is taken. Servers and clients are processes of their own, over WebSocket on loopback. millrace: ' +
    'from apply at one to commands$ of the other, by when it is in the history. redis-adapter and redis-streams-adapter are those of ' +
    'socket.io: the server tells a room the same command, which is kept nowhere, or in a stream that all rooms share. sessions: ' +
    'two hosts without sockets or clients; channel: Pub/Sub alone. Figures are medians of the rounds; × redis-adapter ' +
    'is how many times as fast each is.',

  async measure(effort, say) {
    const rows = await withRedis((shared) => hops(shared, effort, say))
    return rows.length > 0 ? [{ name: 'hop', rows }] : []
  },
}

async function hops(shared: SharedRedis, { isQuick, only }: Effort, say: (what: string) => void): Promise<Row[]> {
  const tried: Tried[] = []
  for (const way of ways.filter(({ name }) => !only || only.includes(name)))
    tried.push({ name: way.name, ends: await endsOf(shared, way), delays: [] })
  const count = isQuick ? 100 : 200
  for (const { name, ends } of tried) {
    say(`${name}, warming up`)
    await delaysOf(ends, 10 * count, 1)
  }
  for (let round = 0; round < (isQuick ? 3 : 9); round++) {
    say(`round ${round + 1}`)
    for (let i = 0; i < tried.length; i++) {
      const { ends, delays } = tried[(round + i) % tried.length] as Tried
      delays.push(await delaysOf(ends, count, every))
    }
  }
  return rowsOf(tried)
}

async function endsOf(shared: SharedRedis, { path, isServed }: (typeof ways)[number]): Promise<Tried['ends']> {
  const ends = shared.programs('hop', 2, path) as [Remote, Remote]
  const servers = isServed ? shared.programs('hop', 2, path) : []
  const urls = await Promise.all(servers.map((server) => server.ask<string>('listen')))
  for (const [i, end] of ends.entries()) await end.ask('reach', urls[i])
  await throughOnce(ends)
  return ends
}

/** Says things until one is heard: servers subscribe when they like. */
async function throughOnce([from, to]: Tried['ends']): Promise<void> {
  let isHeard = false
  const hearing = to.ask('hear', 1).then(() => {
    isHeard = true
  })
  while (!isHeard) await from.ask('say', 1, every)
  await hearing
}

async function delaysOf([from, to]: Tried['ends'], count: number, pace: number): Promise<number[]> {
  const hearing = to.ask<number[]>('hear', count)
  await from.ask('say', count, pace)
  return hearing
}

function rowsOf(tried: readonly Tried[]): Row[] {
  const delay = ({ delays }: Tried, part: number) => median(delays.map((round) => quantile(round, part)))
  const rival = tried.find(({ name }) => name === 'redis-adapter')
  return tried.map((one) => {
    const [p50, p99] = [delay(one, 0.5), delay(one, 0.99)]
    return {
      name: one.name,
      values: {
        'p50 ms': p50,
        'p99 ms': p99,
        ...(rival && {
          'p50, × redis-adapter': delay(rival, 0.5) / p50,
          'p99, × redis-adapter': delay(rival, 0.99) / p99,
        }),
      },
    }
  })
}
