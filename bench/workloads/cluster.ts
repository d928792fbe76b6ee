import { quantile } from '../support/numbers.ts'
import { costsOf, middle, type Round, type SharedRedis, sum, withRedis } from '../support/redis.ts'
import type { Row, Table } from '../support/table.ts'
import type { Effort, Workload } from '../support/workload.ts'
import { atHost, inRedis } from './cluster-memory.ts'

export const cluster: Workload = {
  name: 'cluster',
  title: 'Hosts that share a Redis',
  definition:
    'Hosts in processes of their own, driven by sessions without sockets, on a Redis of their own. Many documents: 100, ' +
    'one flush under way in each; bare is the script by which histories are appended to, called with nothing around it. A hot ' +
    'document: 40 clients of one document, at one host and spread over four, offered 4,000 commands/s and as many as go. ' +
    'Memory: what Redis holds of a list of a ' +
    'hundred todos, and a host of what is open while nothing happens.',

  measure: (effort, say) =>
    withRedis(async (shared) => {
      const tables: Table[] = []
      for (const [name, measure] of Object.entries(parts)) {
        say(name)
        tables.push({ name, rows: await measure(shared, effort) })
      }
      return tables
    }),
}

const parts: Readonly<Record<string, (shared: SharedRedis, effort: Effort) => Promise<readonly Row[]>>> = {
  'many documents, batches of 10': (shared, effort) => manyDocuments(shared, effort, 10),
  'many documents, batches of 1': (shared, effort) => manyDocuments(shared, effort, 1),
  'a hot document, offered 4,000/s': (shared, effort) =>
    hotDocument(shared, effort, 'offer', effort.isQuick ? 500 : 2_000, 10),
  'a hot document, saturated': (shared, effort) =>
    hotDocument(shared, effort, 'saturate', effort.isQuick ? 10 : 25, 10),
  'memory in Redis': inRedis,
  'memory of a host': atHost,
}

const names = (count: number, name: (i: number) => string): string[] => Array.from({ length: count }, (_, i) => name(i))

async function manyDocuments(shared: SharedRedis, { isQuick }: Effort, size: number): Promise<readonly Row[]> {
  const documents = 100
  const flushes = Math.ceil((isQuick ? 4_000 : 20_000) / documents / size)
  const contenders = { millrace: shared.programs('redis-host', 1), bare: shared.programs('redis-bare', 1) }
  const played: Record<string, Round[]> = { millrace: [], bare: [] }
  const ids = names(documents, (i) => `list/many-${size}-${i}`)
  for (const [remote] of Object.values(contenders)) await remote?.ask('open', ids)
  for (let round = 0; round <= (isQuick ? 1 : 5); round++)
    for (const [name, remotes] of Object.entries(contenders))
      played[name]?.push(await shared.round(remotes, 'saturate', flushes, size))
  const bare = costsOf(played.bare as Round[])
  return Object.entries(played).map(([name, rounds]) => {
    const costs = costsOf(rounds)
    return { name, values: { ...costs, 'of bare': costs['commands/s'] / bare['commands/s'] } }
  })
}

async function hotDocument(
  shared: SharedRedis,
  { isQuick }: Effort,
  ...play: [ask: string, ...args: number[]]
): Promise<readonly Row[]> {
  const clients = 40
  const groups = [1, 4].map((count) => ({
    count,
    remotes: shared.programs('redis-host', count),
    rounds: [] as Round[],
  }))
  for (const { count, remotes } of groups) {
    const ids = names(clients / count, () => `list/hot-${play[0]}-${count}`)
    for (const remote of remotes) await remote.ask('open', ids)
  }
  for (let round = 0; round <= (isQuick ? 1 : 5); round++)
    for (const { remotes, rounds } of groups) rounds.push(await shared.round(remotes, ...play))
  const [one, four] = groups.map(({ rounds }) => hotCosts(rounds)) as [Row['values'], Row['values']]
  const cpu = (costs: Row['values']) => (costs['µs CPU of hosts'] as number) + (costs['µs CPU of Redis'] as number)
  return [
    { name: 'one host', values: one },
    { name: 'four hosts', values: { ...four, 'CPU, times one host': cpu(four) / cpu(one) } },
  ]
}

function hotCosts(rounds: readonly Round[]): Row['values'] {
  const ended = (type: 'appended' | 'not_at_head') =>
    middle(rounds, ({ all }) => sum(all, ({ appends }) => appends[type]))
  const [appended, lost] = [ended('appended'), ended('not_at_head')]
  const answered = rounds.slice(1).flatMap(({ all }) => all.flatMap((one) => one.answered))
  return {
    ...costsOf(rounds),
    '% appends lost': (100 * lost) / (lost + appended),
    ...(answered.length > 0 && { 'p50 ms': quantile(answered, 0.5), 'p99 ms': quantile(answered, 0.99) }),
  }
}
