import { SharedRedis } from '../support/redis.ts'
import { Remote } from '../support/remote.ts'
import type { Row } from '../support/table.ts'

const documents = 200
const appends = 100

/** What a document and its commands take in Redis, as it is by default and with smaller nodes in its streams. */
export async function inRedis(): Promise<readonly Row[]> {
  const columns = [
    ['bytes', {}],
    ['with stream-node-max-bytes 1024', { 'stream-node-max-bytes': '1024' }],
  ] as const
  const rows: Record<string, Record<string, number>> = {}
  for (const [column, config] of columns) {
    const shared = await SharedRedis.start(config)
    try {
      for (const [name, bytes] of Object.entries(await grownBy(shared))) rows[name] = { ...rows[name], [column]: bytes }
    } finally {
      await shared.close()
    }
  }
  return Object.entries(rows).map(([name, values]) => ({ name, values }))
}

async function grownBy(shared: SharedRedis): Promise<Record<string, number>> {
  const [remote] = shared.programs('redis-host', 1) as [Remote]
  await remote.ask('open', names(documents, 'kept'))
  const grown = async (flushes: number, size: number): Promise<number> => {
    const before = await shared.memory()
    await remote.ask('saturate', flushes, size)
    return ((await shared.memory()) - before) / documents
  }
  return {
    'a document that has begun': await grown(1, 1),
    '1,000 commands in batches of 10': await grown(appends, 10),
    '1,000 commands, each in a batch of its own': 10 * (await grown(appends, 1)),
  }
}

/** What a host holds of what is open and of who is there, while nothing happens. */
export async function atHost(shared: SharedRedis): Promise<readonly Row[]> {
  const [remote] = shared.programs('redis-host', 1) as [Remote]
  const crowd = new Remote('fan-out-clients')
  const many = 1_000
  await remote.ask('open', names(1, 'first'))
  const each = async (begin: () => Promise<unknown>): Promise<Row['values']> => {
    const before = await remote.ask<number>('held')
    await begin()
    return { bytes: ((await remote.ask<number>('held')) - before) / many }
  }
  const sitting = Array.from({ length: many }, () => names(1, 'first')[0])
  const rows = [
    { name: 'an open document', values: await each(() => remote.ask('hold', names(many, 'idle'))) },
    { name: 'a session', values: await each(() => remote.ask('sit', sitting)) },
  ]
  const port = await remote.ask<number>('listen')
  const values = await each(() => crowd.ask('connect', 'millrace', port, many))
  await crowd.end()
  return [...rows, { name: 'a session over socket.io', values }]
}

const names = (count: number, name: string): string[] => Array.from({ length: count }, (_, i) => `list/${name}-${i}`)
