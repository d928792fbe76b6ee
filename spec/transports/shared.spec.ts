import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { type Client, createClient } from '../../lib/client/client.ts'
import { createHost, type Host } from '../../lib/host/host.ts'
import { transportSuite } from '../../lib/testing/transport-suite.ts'
import { inProcessTransport } from '../../transports/in-process/index.ts'
import { sharedTransport } from '../../transports/shared/index.ts'
import { MemoryLocks } from '../support/memory-locks.ts'
import { add, type Lists, list, shopping, titlesOf } from '../support/scene.ts'

let names = 0
const newName = () => `shared ${process.pid} ${names++}`
const held = () => process.getActiveResourcesInfo()
const newLocks = () => new MemoryLocks() as unknown as LockManager

transportSuite(
  'sharedTransport, of one who leads',
  (source) => ({
    connect: () => sharedTransport(inProcessTransport(source), newName(), { locks: newLocks() }),
    held,
    close: () => {},
  }),
  { describe, it },
  { held: true, oneAtATime: true },
)
transportSuite(
  'sharedTransport, without locks',
  (source) => ({ connect: () => sharedTransport(inProcessTransport(source), newName()), held, close: () => {} }),
  { describe, it },
  { held: true },
)

describe('sharedTransport', () => {
  let host: Host<Lists>
  let locks: LockManager
  let name: string
  const clients: Client<Lists>[] = []
  beforeEach(() => {
    host = createHost({ documents: { list }, history: memoryHistory() })
    locks = newLocks()
    name = newName()
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    await host.close()
  })

  function tab(transport = inProcessTransport(host)) {
    const client = createClient<Lists>({ transport: sharedTransport(transport, name, { locks }) })
    clients.push(client)
    return { client, list: client.open(shopping) }
  }
  const isA = (client: Client<Lists>, role: string) =>
    firstValueFrom(client.status$.pipe(filter((status) => status.state === 'live' && status.via?.role === role)), {
      defaultValue: undefined,
    })
  const shows = ({ list }: ReturnType<typeof tab>, count: number) =>
    firstValueFrom(list.document$.pipe(filter(({ todos }) => Object.keys(todos).length === count)))

  it('has one session with the host for all tabs, each of which edits for itself', async () => {
    const [one, two, three] = [tab(), tab(), tab()]
    await isA(one.client, 'leader')
    await Promise.all([isA(two.client, 'follower'), isA(three.client, 'follower')])
    await Promise.all([one, two, three].map(({ list }) => list.loaded))
    expect(host.counts.sessions).toBe(1)
    const all = [one, two, three].flatMap(({ list }, i) => [0, 1, 2].map((n) => add(list, `${i}:${n}`)))
    for (const added of all) expect(await added.settled).toMatchObject({ type: 'confirmed' })
    for (const each of [one, two, three]) await shows(each, 9)
    expect(titlesOf(two.list)).toEqual(titlesOf(one.list))
    expect(titlesOf(three.list)).toEqual(titlesOf(one.list))
  })

  it('gives a snapshot to the one who asked, and spares the others', async () => {
    const one = tab()
    await one.list.loaded
    await add(one.list, 'milk').settled
    const synced: boolean[] = []
    one.list.sync$.subscribe((event) => event.type === 'synced' && synced.push(event.isPartial))
    const two = tab()
    await two.list.loaded
    expect(titlesOf(two.list)).toEqual(['milk'])
    await add(two.list, 'tea').settled
    await shows(one, 2)
    expect(synced.every((isPartial) => isPartial)).toBe(true)
  })

  it('lets go of what a tab had open when that one closes', async () => {
    const [one, two] = [tab(), tab()]
    await Promise.all([one.list.loaded, two.list.loaded])
    const other = two.client.open('list/other')
    await other.loaded
    expect(host.counts.documents).toBe(2)
    two.client.close()
    await add(one.list, 'milk').settled
    expect(titlesOf(one.list)).toEqual(['milk'])
    expect(host.counts.sessions).toBe(1)
  })

  it('has another lead when the leader closes, and nothing is lost or taken twice', async () => {
    const [one, two, three] = [tab(), tab(), tab()]
    await isA(one.client, 'leader')
    await Promise.all([one, two, three].map(({ list }) => list.loaded))
    const added = [two, three].map(({ list }, i) => add(list, `${i}`))
    one.client.close()
    await Promise.all([two, three].map(({ list }) => list.flush()))
    for (const each of added) expect(await each.settled).toMatchObject({ type: 'confirmed' })
    await Promise.race([isA(two.client, 'leader'), isA(three.client, 'leader')])
    await Promise.all([shows(two, 2), shows(three, 2)])
    expect(host.counts.sessions).toBe(1)
  })

  it('goes on after 20 changes of leader with 200 edits in the history, each once', async () => {
    let tabs = [tab(), tab(), tab()]
    for (let change = 0; change < 20; change++) {
      await Promise.all(tabs.map(({ list }) => list.loaded))
      const leader = await Promise.race(
        tabs.map(async (each) =>
          isA(each.client, 'leader').then((status) => (status ? each : new Promise<never>(() => {}))),
        ),
      )
      for (let edit = 0; edit < 10; edit++) add((tabs[edit % 3] as typeof leader).list, `${change}:${edit}`)
      // What the others said is under way by then, and some of it is not answered.
      await leader.list.flush()
      leader.client.close()
      tabs = [...tabs.filter((each) => each !== leader), tab()]
    }
    await Promise.all(tabs.map(({ list }) => list.loaded))
    await Promise.all(tabs.map(({ list }) => list.flush()))
    for (const each of tabs) await shows(each, 200)
    const master = await host.open(shopping)
    const titles = Object.values(master.getSnapshot().document.todos).map(({ title }) => title)
    master.close()
    expect(new Set(titles).size).toBe(200)
    for (const each of tabs) expect(titlesOf(each.list)).toEqual(titles)
  }, 60_000)

  it('has one connection per tab where there are no locks, and says so', async () => {
    const transport = sharedTransport(inProcessTransport(host), name)
    const [one, two] = [createClient<Lists>({ transport }), createClient<Lists>({ transport })]
    clients.push(one, two)
    await Promise.all([one.open(shopping).loaded, two.open(shopping).loaded])
    await Promise.all([isA(one, 'alone'), isA(two, 'alone')])
    expect(host.counts.sessions).toBe(2)
  })
})
