import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { lastValueFrom, type Observable, take, toArray } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { redisHistory } from '../../adapters/history/redis/index.ts'
import { createClient } from '../../lib/client/client.ts'
import { document } from '../../lib/documents.ts'
import type { SyncEvent } from '../../lib/events.ts'
import { createHost } from '../../lib/host/index.ts'
import { Master } from '../../lib/master.ts'
import { DocumentProxy } from '../../lib/proxy.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string }>
}

const initial: TodoList = { title: '', todos: {} }
const documents = { list: document<TodoList>({ initial }) }

/** One of each whose streams the page tells of, and how the owner of its streams is closed. */
async function openAll() {
  const host = createHost({ documents, history: memoryHistory() })
  const client = createClient<typeof documents>({ transport: host.session() })
  const connected = client.open('list/shopping')
  await connected.loaded
  const hosted = await host.open('list/shopping')
  const proxy = new DocumentProxy<TodoList>({ commandCount: 0, document: initial })
  const master = new Master<TodoList>({ commandCount: 0, document: initial })
  // Nobody answers there.
  const redis = redisHistory(new Redis(1, { lazyConnect: true }))
  const closeProxies = () => {
    proxy.close()
    connected.close()
  }
  return {
    owners: {
      Host: host,
      Client: client,
      ConnectedProxy: connected,
      HostedMaster: hosted,
      Proxy: proxy,
      Cursor: proxy.at('todos'),
      Master: master,
      RedisHistory: redis,
    },
    close: {
      'the proxy is closed': closeProxies,
      'the client is closed': () => client.close(),
      'the Master is closed': () => {
        hosted.close()
        master.close()
      },
      'the host is closed': () => host.close(),
      'the history is closed': () => redis.close(),
    } as Record<string, () => unknown>,
    async end() {
      closeProxies()
      client.close()
      await host.close()
      await redis.close()
    },
  }
}

/** The cells of the table whose first column is headed so, by row. */
function tableOf(heading: string): string[][] {
  const [, below = ''] = readFileSync('docs/streams.md', 'utf8').split(`\n| ${heading} |`)
  const [, , ...lines] = (below.split('\n\n')[0] ?? '').split('\n')
  return lines.map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
}

const rows = tableOf('of').flatMap(([, of = '', stream = '', kind = '', late = '', , completes = '']) =>
  of.split(', ').map((owner) => ({ owner, stream, kind, late, completes })),
)

const syncEvents: Record<SyncEvent['type'], true> = {
  flush_begun: true,
  flush_cancelled: true,
  flushed: true,
  synced: true,
  renamed: true,
  rejected: true,
  dropped: true,
  unknown: true,
  regressed: true,
  storage: true,
  taken_over: true,
}

describe('the table of streams', () => {
  let all: Awaited<ReturnType<typeof openAll>>

  afterEach(() => all.end())

  it.each(rows)(
    'tells what a late subscriber to $stream of $owner gets, and when it completes',
    async ({ owner, stream, kind, late, completes }) => {
      all = await openAll()
      const stream$ = (all.owners as unknown as Record<string, Record<string, Observable<unknown>>>)[owner]?.[stream]
      const got: unknown[] = []
      let isCompleted = false
      stream$?.subscribe({ next: (value) => got.push(value), complete: () => (isCompleted = true) })
      expect({ got: got.length, kind }).toEqual(
        late === 'nothing' ? { got: 0, kind: 'events' } : { got: 1, kind: 'state' },
      )
      expect(isCompleted).toBe(false)
      await all.close[completes]?.()
      expect(isCompleted).toBe(true)
    },
  )

  it('names every stream of every class and of client and host', async () => {
    all = await openAll()
    const contracts = new Set(['HistoryAdapter', 'Environment'])
    const sections = readFileSync('docs/api.md', 'utf8').split(/^### /m).slice(1)
    const published = sections.flatMap((section) => {
      const [owner = ''] = section.split('\n')
      return [...section.matchAll(/^ {2}readonly (\w+\$)/gm)].map(([, stream]) => `${owner} ${stream}`)
    })
    const named = rows.filter(({ owner }) => owner !== 'HostedMaster').map(({ owner, stream }) => `${owner} ${stream}`)
    expect(named.sort()).toEqual(published.filter((name) => !contracts.has(name.split(' ')[0] as string)).sort())
  })
})

describe('the table of sync$', () => {
  it('names every event of a proxy, and none that is not', () => {
    const named = tableOf('of a proxy').flatMap(([, types = '']) => types.split(', '))
    expect(named.sort()).toEqual(Object.keys(syncEvents).sort())
  })
})

describe('a stream of state', () => {
  it('is only completed, or gives its last value first, once its owner is closed', async () => {
    const { owners, end } = await openAll()
    await end()
    const after = (stream$: Observable<unknown>) => lastValueFrom(stream$.pipe(take(2), toArray()))
    const { ConnectedProxy, Cursor, HostedMaster } = owners
    for (const stream$ of [ConnectedProxy.document$, Cursor.value$, Cursor.keys$])
      expect(await after(stream$)).toEqual([])
    for (const stream$ of [
      ConnectedProxy.pending$,
      ConnectedProxy.saved$,
      ConnectedProxy.status$,
      HostedMaster.document$,
    ]) {
      expect(await after(stream$)).toHaveLength(1)
    }
  })
})
