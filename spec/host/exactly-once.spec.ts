import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, map, type Observable, Subject, takeUntil, takeWhile, toArray } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { Batch, HistoryAdapter } from '../../lib/contracts/history.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { type Client, createClient, document, MillraceError, realEnvironment, type Transport } from '../../lib/index.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import { ControlledHistory } from '../support/controlled-history.ts'

interface List {
  todos: Record<string, { title: string }>
}
const initial: List = { todos: {} }
const documents = {
  list: document<List>({
    initial,
    interceptor: (_, { action, ...command }) =>
      action === 'create' && 'props' in command && command.props.title === 'poison'
        ? { rejection: 'Not this.' }
        : undefined,
  }),
}
type Kinds = typeof documents
// Reconnecting takes no time worth waiting for.
const environment = { ...realEnvironment, random: () => 0.001 }

describe('What a client sends', () => {
  let shared: HistoryAdapter
  let hosts: Host<Kinds>[]
  let clients: Client<Kinds>[]

  const serve = () => {
    const history = new ControlledHistory(shared)
    const host = createHost({ documents, history, environment, limits: { answerTime: 300 } })
    hosts.push(host)
    return { host, history }
  }
  const connect = (transport: Transport) => {
    const client = createClient<Kinds>({ transport, environment })
    clients.push(client)
    return client.open('list/shopping')
  }
  const batches = async (): Promise<Batch[]> => {
    const history = shared.open('list/shopping')
    const { head } = await history.record('', '')
    if (!head) return []
    const upToHead = takeWhile<Batch>(({ mark }) => mark !== head.mark, true)
    return firstValueFrom(history.read({ count: 0, mark: initialMark(initial) }).pipe(upToHead, toArray()))
  }
  const titles = async () =>
    (await batches()).flatMap(({ completions }) =>
      completions.map(({ command }) => (command as { props: { title: string } }).props.title),
    )

  beforeEach(() => {
    shared = memoryHistory()
    hosts = []
    clients = []
  })
  afterEach(async () => {
    for (const client of clients) client.close()
    await Promise.all(hosts.map((host) => host.close()))
    await shared.close()
  })

  it('is shown to nobody and answered to nobody before the history has it', async () => {
    const { host, history } = serve()
    const [here, there] = [connect(host.session()), connect(host.session())]
    const master = await host.open('list/shopping')
    await Promise.all([here.loaded, there.loaded])
    const seen: unknown[] = []
    for (const stream of [
      there.commands$,
      there.document$,
      master.commands$,
      master.document$,
    ] as Observable<unknown>[]) {
      stream.subscribe((value) => seen.push(value))
    }
    const before = seen.length
    const held = history.holdAppends()
    const added = here.at('todos').create({ title: 'tea' })
    if (!added.isSuccess) throw new Error(added.error)
    let settled: unknown
    void added.settled.then((settlement) => {
      settled = settlement
    })
    await held.begun()
    // Whoever opens now gets what is confirmed.
    const late = connect(host.session())
    await late.loaded
    expect(late.getDocument()).toEqual(initial)
    expect(master.getSnapshot()).toEqual({ commandCount: 0, document: initial })
    expect(there.getDocument()).toEqual(initial)
    expect(seen).toHaveLength(before)
    expect(settled).toBeUndefined()
    expect(Object.values(here.getDocument().todos)).toEqual([{ title: 'tea' }])

    held.release()
    expect(await added.settled).toMatchObject({ type: 'confirmed' })
    await firstValueFrom(there.document$.pipe(filter(({ todos }) => Object.keys(todos).length === 1)))
    expect(master.getSnapshot().commandCount).toBe(1)
    master.close()
  })

  it.each(['before it was written', 'after it was written'])('arrives once where the append fails %s', async (when) => {
    const { host, history } = serve()
    const proxy = connect(host.session())
    await proxy.loaded
    history.failNextAppend(when === 'after it was written' ? 'written' : 'not written')
    const events: string[] = []
    proxy.sync$.subscribe(({ type }) => events.push(type))
    proxy.at('todos').create({ title: 'tea' })
    await proxy.flush()
    expect(await titles()).toEqual(['tea'])
    expect(events).not.toContain('rejected')
    expect(events).not.toContain('unknown')
  })

  it('arrives once where the line breaks before the answer, also over another host', async () => {
    const [one, two] = [serve(), serve()]
    const cut = new Subject<void>()
    let host = one.host
    const proxy = connect((outgoing) => lossy(host.session()(outgoing), cut))
    await proxy.loaded
    const held = one.history.holdAppends()
    proxy.at('todos').create({ title: 'tea' })
    await held.begun()
    host = two.host
    cut.next()
    await firstValueFrom(proxy.status$.pipe(filter(({ state }) => state === 'offline')))
    held.release()
    await proxy.flush()
    proxy.at('todos').create({ title: 'milk' })
    await proxy.flush()
    expect(await titles()).toEqual(['tea', 'milk'])
    expect(Object.values(proxy.getDocument().todos)).toEqual([{ title: 'tea' }, { title: 'milk' }])
  })

  it('arrives once where the host is another after a restart', async () => {
    const first = serve()
    const cut = new Subject<void>()
    let host = first.host
    const proxy = connect((outgoing) => lossy(host.session()(outgoing), cut))
    await proxy.loaded
    proxy.at('todos').create({ title: 'tea' })
    await proxy.flush()
    first.history.die()
    proxy.at('todos').create({ title: 'milk' })
    host = serve().host
    cut.next()
    await proxy.flush()
    expect(await titles()).toEqual(['tea', 'milk'])
  })

  it('is in one order for the clients of two hosts that race', async () => {
    const served = [serve(), serve()]
    const proxies = served.flatMap(({ host }) => [connect(host.session()), connect(host.session())])
    await Promise.all(proxies.map(({ loaded }) => loaded))
    for (let round = 0; round < 10; round++) {
      proxies.forEach((proxy, i) => {
        proxy.at('todos').create({ title: `${i}-${round}` })
      })
      if (round % 3 === 0) await Promise.resolve()
    }
    await Promise.all(proxies.map((proxy) => proxy.flush()))
    const all = await titles()
    expect(new Set(all).size).toBe(40)
    expect(all).toHaveLength(40)
    const inStep = proxies.map((proxy) =>
      firstValueFrom(
        proxy.document$.pipe(
          map(({ todos }) => Object.values(todos).map(({ title }) => title)),
          filter((shown) => shown.length === 40),
        ),
      ),
    )
    for (const shown of await Promise.all(inStep)) expect(shown).toEqual(all)
    proxies.forEach((_, i) => {
      expect(all.filter((title) => title.startsWith(`${i}-`))).toEqual(
        Array.from({ length: 10 }, (__, round) => `${i}-${round}`),
      )
    })
  })

  it('uses up its number where it is refused, and what follows goes on', async () => {
    const { host } = serve()
    const proxy = connect(host.session())
    await proxy.loaded
    const refused = proxy.at('todos').create({ title: 'poison' })
    if (!refused.isSuccess) throw new Error(refused.error)
    expect(await refused.settled).toEqual({ type: 'rejected', code: 'rejected', reason: 'Not this.' })
    expect(proxy.getDocument()).toEqual(initial)
    proxy.at('todos').create({ title: 'tea' })
    await proxy.flush()
    expect((await batches()).map(({ after, last, completions }) => [after, last, completions.length])).toEqual([
      [0, 1, 0],
      [1, 2, 1],
    ])
  })
})

/** A line that can be cut: what the host says after that is lost. */
const lossy = <V>(line: Observable<V>, cut: Observable<void>): Observable<V> =>
  line.pipe(
    takeUntil(
      cut.pipe(
        map(() => {
          throw new MillraceError('connection_lost', 'The line was cut.')
        }),
      ),
    ),
  )
