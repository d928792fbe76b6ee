import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { concat, filter, firstValueFrom, lastValueFrom, NEVER, of, Subject, take, tap, toArray } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createClient } from '../../lib/client/client.ts'
import { realEnvironment } from '../../lib/environment.ts'
import type { HostConfig } from '../../lib/host/host.ts'
import { createHost } from '../../lib/host/index.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { eventually } from '../../lib/testing/transport/checks.ts'
import { encoder } from '../../transports/http/encoded.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpHandler, type ServeHttpOptions } from '../../transports/http/server.ts'
import { documents, initial } from '../support/documents.ts'
import { inStep } from '../support/in-step.ts'
import { commands } from '../support/listeners.ts'

const environment = { ...realEnvironment, random: () => 0 }
const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Asked {
  readonly resume: readonly ClientMessage[]
  readonly say: readonly ClientMessage[]
  readonly wait?: number
}

/** A host without a network between, and what was asked of it. */
function serve(
  config: Partial<HostConfig<typeof documents, { subject: string }>> = {},
  options: ServeHttpOptions = {},
) {
  const host = createHost({ documents, history: memoryHistory(), ...config })
  const handle = httpHandler(host, options)
  const asked$ = new Subject<Asked>()
  const underWay = { now: 0, most: 0 }
  const send: typeof fetch = async (_, init = {}) => {
    asked$.next(JSON.parse(String(init.body)))
    underWay.now += 1
    underWay.most = Math.max(underWay.most, underWay.now)
    try {
      return await handle(new Request('http://host/millrace', init))
    } finally {
      underWay.now -= 1
    }
  }
  closing.push(() => host.close())
  return { host, send, asked$, underWay, transport: httpTransport('http://host/millrace', { fetch: send }) }
}

function clientOf(config: Omit<Parameters<typeof createClient>[0], 'environment'>) {
  const client = createClient<typeof documents>({ ...config, environment })
  closing.push(() => client.close())
  return client
}

const answering =
  (status: number, body: string): typeof fetch =>
  async () =>
    new Response(body, { status })

describe('httpTransport', () => {
  it('says where it could not connect', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    const url = `http://127.0.0.1:${port}/millrace`
    await expect(lastValueFrom(httpTransport(url)(of({ type: 'hello', protocol: 1 })))).rejects.toMatchObject({
      code: 'connection_lost',
      message: expect.stringMatching(/^No connection to .*fetch failed, .*connect ECONNREFUSED/),
      data: { where: url },
    })
  })

  it.each([
    [200, '<p>Sign in to this network</p>'],
    [200, '{"error":"none"}'],
    [404, 'Not found'],
    [502, '<h1>Bad gateway</h1>'],
    [504, ''],
  ])('counts an answer of something between as a lost line: %s %s', async (status, body) => {
    const transport = httpTransport('http://host/millrace', { fetch: answering(status, body) })
    await expect(lastValueFrom(transport(of({ type: 'hello', protocol: 1 })))).rejects.toMatchObject({
      code: 'connection_lost',
      message: `No connection to http://host/millrace: it answered with status ${status}.`,
    })
  })

  it('hands options on to fetch with each request', async () => {
    const seen: RequestInit[] = []
    const send: typeof fetch = async (_, init) => {
      seen.push(init ?? {})
      return new Response('[]', { status: 503 })
    }
    const init: RequestInit = { credentials: 'include', headers: { 'x-shop': 'one' } }
    await lastValueFrom(httpTransport('http://host/', { fetch: send, init })(of({ type: 'hello', protocol: 1 })), {
      defaultValue: undefined,
    })
    const headers = Object.fromEntries(new Headers(seen[0]?.headers))
    expect(seen).toMatchObject([{ method: 'POST', credentials: 'include' }])
    expect(headers).toEqual({ 'content-type': 'application/json', 'x-shop': 'one' })
  })

  it('has two requests under way at most, however many documents there are, and one poll for all', async () => {
    const { transport, asked$, underWay, host } = serve()
    const client = clientOf({ transport })
    const polled = firstValueFrom(asked$.pipe(filter(({ wait, resume }) => wait !== undefined && resume.length === 21)))
    const lists = Array.from({ length: 20 }, (_, i) => client.open(`list/${i}`))
    await Promise.all(lists.map(({ loaded }) => loaded))
    await polled
    for (const list of lists) list.at('todos').create({ title: 'Milk' })
    await Promise.all(lists.map((list) => list.flush()))
    expect(underWay.most).toBe(2)
    expect(host.counts.sessions).toBeLessThanOrEqual(2)
  })

  it('leaves what is open alone where more is wanted than the host lets a client open', async () => {
    const { transport, asked$ } = serve({ limits: { documents: 10 } })
    const client = clientOf({ transport })
    const polled = firstValueFrom(asked$.pipe(filter(({ wait, resume }) => wait !== undefined && resume.length === 11)))
    const lists = Array.from({ length: 15 }, (_, i) => client.open(`list/${i}`))
    await Promise.all(lists.slice(0, 10).map(({ loaded }) => loaded))
    await polled
    const opened: unknown[] = []
    asked$.subscribe(({ say }) => opened.push(...say.filter(({ type }) => type === 'open')))
    for (const late of lists.slice(10)) {
      const told$ = late.status$.pipe(filter((status) => 'reason' in status && status.reason.includes('limits')))
      expect(await firstValueFrom(told$)).toMatchObject({ state: 'loading' })
    }
    for (let i = 0; i < 5; i++) {
      lists[0]?.at('todos').create({ title: 'Milk' })
      await lists[0]?.flush()
    }
    expect(opened).toEqual([])
    expect(lists.map(({ status }) => status.state)).toEqual([...Array(10).fill('live'), ...Array(5).fill('loading')])

    lists[0]?.close()
    await Promise.race(lists.slice(10).map(({ loaded }) => loaded))
  })

  it.each([
    ['many documents', 1, 1_500],
    ['the documents of many tabs', 11, 95],
  ])('polls for %s at once', async (_, tabs, count) => {
    const { host, transport, asked$ } = serve({ limits: { documents: 3_000 } })
    const isPoll = ({ wait, resume }: Asked) => wait !== undefined && resume.length === tabs * count + 1
    const polled = firstValueFrom(asked$.pipe(filter(isPoll)))
    const outgoing = new Subject<ClientMessage>()
    const told: ServerMessage[] = []
    const news = firstValueFrom(
      transport(outgoing).pipe(
        tap((message) => {
          told.push(message)
          if (message.type !== 'welcome') return
          for (let tab = 0; tab < tabs; tab++)
            for (let i = 0; i < count; i++) outgoing.next({ type: 'open', document: `list/${i}`, client: `tab ${tab}` })
        }),
        filter(({ type }) => type === 'commands'),
      ),
    )
    outgoing.next({ type: 'hello', protocol: 1 })
    await Promise.race([polled, news])
    const master = await host.open('list/7')
    await master.apply({ from: 0, completions: [{ command: { action: 'update', props: { title: 'News' } } }] })
    expect(await news).toMatchObject({ document: 'list/7' })
    expect(told.filter(({ type }) => type === 'error')).toEqual([])
    master.close()
  })

  it('asks for a new token when the one it began with is no longer taken, and goes on', async () => {
    let valid = 'first'
    let given = 0
    const authenticate = ({ token }: { token: string | undefined }) => {
      if (token !== valid) throw new Error('Expired.')
      return { subject: 'ann' }
    }
    const { transport } = serve({ authenticate }, { pollTime: 50 })
    const token = () => {
      given += 1
      return valid
    }
    const client = clientOf({ transport, token })
    const list = client.open('list/shopping')
    await list.loaded
    const states = firstValueFrom(client.status$.pipe(filter(({ state }) => state === 'offline')))
    valid = 'second'
    await states
    list.at('todos').create({ title: 'Milk' })
    await list.flush()
    expect(given).toBe(2)
  })

  it('stops where nobody lets it in', async () => {
    const { transport } = serve({ authenticate: () => Promise.reject(new Error('No.')) })
    const { status$ } = clientOf({ transport })
    const client = clientOf({ transport })
    client.open('list/shopping').loaded.catch(() => undefined)
    expect(await firstValueFrom(client.status$.pipe(filter(({ state }) => state === 'refused')))).toMatchObject({
      code: 'unauthenticated',
    })
    expect(await firstValueFrom(status$)).toMatchObject({ state: 'connecting' })
  })

  it('loses a document whose right is taken away with the next poll, and keeps the others', async () => {
    const rights = new Set(['list/mine', 'list/ours'])
    const { transport } = serve({ authorize: (_, id) => rights.has(id) && 'write' }, { pollTime: 50 })
    const client = clientOf({ transport })
    const [mine, ours] = [client.open('list/mine'), client.open('list/ours')]
    await Promise.all([mine.loaded, ours.loaded])
    rights.delete('list/ours')
    await firstValueFrom(ours.status$.pipe(filter(({ state }) => state === 'refused')))
    mine.at('todos').create({ title: 'Milk' })
    await mine.flush()
    expect(mine.status.state).toBe('live')
  })

  it('sends a flush again that the host could not take in time', async () => {
    let flushes = 0
    const beforeFlush = () => (++flushes === 1 ? new Promise<undefined>(() => undefined) : undefined)
    const { transport, asked$ } = serve({ beforeFlush }, { pollTime: 100 })
    const client = clientOf({ transport })
    const list = client.open('list/shopping')
    await list.loaded
    const flushed = asked$.pipe(filter(({ say }) => say.some(({ type }) => type === 'flush')))
    const twice = firstValueFrom(flushed.pipe(take(2), toArray()))
    list.at('todos').create({ title: 'Milk' })
    const [first, second] = await twice
    expect(second?.say).toEqual(first?.say)
    await list.flush()
  })

  it('speaks for several clients of one document, each of which gets its answers and what the other does', async () => {
    const { transport } = serve()
    const faults: ServerMessage[] = []
    const said = new Subject<ClientMessage>()
    const heard: ServerMessage[] = []
    const heard$ = new Subject<void>()
    const until = (expected: string, holds: () => boolean) => eventually(expected, heard$, holds, 4_000)
    const session = inStep(transport, (message) => faults.push(message))(
      concat(of<ClientMessage>({ type: 'hello', protocol: 1 }), said),
    ).subscribe((message) => {
      heard.push(message)
      heard$.next()
    })
    closing.push(() => session.unsubscribe())
    const document = 'list/shopping'
    const adding = (client: string, title: string): ClientMessage => ({
      type: 'flush',
      document,
      client,
      after: 0,
      from: { count: 0, mark: '' },
      completions: [{ command: { action: 'create', path: ['todos'], props: { title } }, createdId: title }],
    })
    const recordOf = (client: string) =>
      heard.some((message) => message.type === 'flushed' && message.client === client && message.record?.seq === 1)
    const batchOf = (client: string) =>
      heard.some((message) => message.type === 'commands' && message.client === client)
    await until('it is welcome', () => heard.length > 0)
    for (const client of ['ann', 'bob']) said.next({ type: 'open', document, client })
    await until('both are open', () => heard.filter(({ type }) => type === 'snapshot').length === 2)
    said.next(adding('ann', 'milk'))
    await until('ann is answered, and bob is told', () => recordOf('ann') && batchOf('ann'))
    said.next(adding('bob', 'tea'))
    await until('bob is answered, and ann is told', () => recordOf('bob') && batchOf('bob'))
    said.next({ type: 'close', document, client: 'bob' })
    const batches = heard.flatMap((message) => (message.type === 'commands' ? [message.from] : []))
    expect(batches).toEqual([0, 1])
  })

  it('tells what was lost when its next poll is answered by a host whose history went back', async () => {
    const id = 'list/shopping'
    const kept = memoryHistory()
    const before = serve({ history: kept }, { pollTime: 100 })
    const restored = memoryHistory()
    let { send } = before
    const client = clientOf({ transport: httpTransport('http://host/millrace', { fetch: (...args) => send(...args) }) })
    const list = client.open(id)
    await list.loaded
    list.at('todos').create({ title: 'Milk' })
    await list.flush()
    const begin = { count: 0, mark: initialMark(initial) }
    const backup = await firstValueFrom(kept.open(id).read(begin))
    await restored.open(id).append(begin, [backup], initial)
    list.at('todos').create({ title: 'Coffee' })
    await list.flush()

    const regressed = firstValueFrom(list.sync$.pipe(filter(({ type }) => type === 'regressed')))
    send = serve({ history: restored }).send
    const lost = { client: backup.client, first: 2, last: 2 }
    expect(await regressed).toEqual({ type: 'regressed', commandCount: 2, lost })
    list.at('todos').create({ title: 'Tea' })
    await list.flush()
    expect(Object.values(list.getDocument().todos).map(({ title }) => title)).toEqual(['Milk', 'Tea'])
  })

  it('goes on polling for the others when a document is closed before it was open', async () => {
    const { transport, host, asked$ } = serve()
    const client = clientOf({ transport })
    const opening = firstValueFrom(asked$.pipe(filter(({ say }) => say.some(({ type }) => type === 'open'))))
    const list = client.open('list/shopping')
    await opening
    client.open('list/other').close()
    await list.loaded
    const master = await host.open('list/shopping')
    const told = firstValueFrom(list.document$.pipe(filter(({ title }) => title === 'News')))
    await master.apply({ from: 0, completions: [{ command: { action: 'update', props: { title: 'News' } } }] })
    await told
    master.close()
  })

  it('gets a document that is larger than one answer should be, and the others behind it', async () => {
    const { transport, host } = serve({}, { maxAnswer: 1_000 })
    const names = ['list/a', 'list/b', 'list/c'] as const
    for (const name of names) {
      const list = await host.open(name)
      await list.apply({
        from: 0,
        completions: [{ command: { action: 'update', props: { title: name.padEnd(2_000, '.') } } }],
      })
      list.close()
    }
    const client = clientOf({ transport })
    const lists = names.map((name) => client.open(name))
    await Promise.all(lists.map(({ loaded }) => loaded))
    expect(lists.map((list) => list.getDocument().title.length)).toEqual([2_000, 2_000, 2_000])
  })

  it('waits until it is told to begin', () => {
    let requests = 0
    const send: typeof fetch = () => {
      requests += 1
      return new Promise(() => undefined)
    }
    httpTransport('http://host/', { fetch: send })(NEVER).subscribe().unsubscribe()
    expect(requests).toBe(0)
  })
})

describe('encoder', () => {
  /** A batch that counts how often it is encoded. */
  function counted(from: number, bytes = 10) {
    let encodings = 0
    const batch = commands(from, bytes)
    const toJSON = (...key: unknown[]) => {
      encodings += key.length
      return batch
    }
    return { batch: Object.assign({ ...batch }, { toJSON }), encodings: () => encodings }
  }

  it('makes the text of a batch once, also for those who get it out of the history as another object', () => {
    const encode = encoder()
    const [live, read, other] = [counted(1), counted(1), counted(2)]
    const text = encode(live.batch)
    expect(encode(live.batch)).toBe(text)
    expect(encode(read.batch)).toBe(text)
    expect(encode(other.batch)).not.toBe(text)
    expect([live, read, other].map(({ encodings }) => encodings())).toEqual([1, 0, 1])
    expect(JSON.parse(text)).toEqual(commands(1, 10, live.batch.at))
  })

  it('keeps no more than a few megabytes of texts', () => {
    const encode = encoder()
    for (let from = 1; from <= 10; from += 1) encode(counted(from, 1_000_000).batch)
    const again = [counted(1), counted(9), counted(10)]
    for (const { batch } of again) encode(batch)
    expect(again.map(({ encodings }) => encodings())).toEqual([1, 0, 0])
  })
})
