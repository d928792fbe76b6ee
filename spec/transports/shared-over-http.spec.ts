import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { type Client, createClient } from '../../lib/client/client.ts'
import { createHost, type Host } from '../../lib/host/host.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { sharedTransport } from '../../transports/shared/index.ts'
import { type HttpHost, httpHost } from '../support/http-host.ts'
import { MemoryLocks } from '../support/memory-locks.ts'
import { add, type List, type Lists, list, shopping, titlesOf } from '../support/scene.ts'

let host: Host<Lists>
let requests: HttpHost
const clients: Client<Lists>[] = []

beforeEach(async () => {
  host = createHost({ documents: { list }, history: memoryHistory() })
  requests = await httpHost(httpListener(host))
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await host.close()
  await requests.close()
})

/** Makes tabs of one origin. */
function origin(): () => Client<Lists> {
  const locks = new MemoryLocks() as unknown as LockManager
  return () => {
    const transport = sharedTransport(httpTransport(requests.url), `polls ${process.pid}`, { locks })
    const client = createClient<Lists>({ transport })
    clients.push(client)
    return client
  }
}

it('Tabs share one poll, and each edits for itself', async () => {
  const open = origin()
  const tab = (): List => open().open(shopping)
  const lists = [tab(), tab(), tab()]
  await Promise.all(lists.map(({ loaded }) => loaded))
  for (let edit = 0; edit < 5; edit++) {
    const added = lists.map((each, i) => add(each, `${i}:${edit}`))
    for (const one of added) expect(await one.settled).toMatchObject({ type: 'confirmed' })
  }
  const late = tab()
  await late.loaded
  for (const each of [...lists, late]) {
    await firstValueFrom(each.document$.pipe(filter(({ todos }) => Object.keys(todos).length === 15)))
    expect(titlesOf(each)).toEqual(titlesOf(late))
  }
})

it('A tab that closes a document in the turn in which it opened it leaves nobody deaf', async () => {
  const tab = origin()
  const leader = tab().open(shopping)
  await leader.loaded
  const hasty = tab()
  await hasty.open('list/another').loaded
  hasty.open(shopping).close()
  const lists = [leader, hasty.open(shopping), tab().open(shopping)]
  await Promise.all(lists.map(({ loaded }) => loaded))
  const direct = createClient<Lists>({ transport: host.session() })
  clients.push(direct)
  const news = direct.open(shopping)
  await news.loaded
  add(news, 'news')
  for (const each of lists)
    await firstValueFrom(each.document$.pipe(filter(({ todos }) => Object.keys(todos).length === 1)))
  expect(await add(lists[2] as List, 'from the last').settled).toMatchObject({ type: 'confirmed' })
})
