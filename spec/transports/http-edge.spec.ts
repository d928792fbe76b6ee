import { once } from 'node:events'
import { request as ask, type IncomingMessage, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, interval, NEVER, of, switchMap, throwError } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { document } from '../../lib/documents.ts'
import type { HostConfig } from '../../lib/host/host.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { httpListener, type ServeHttpOptions } from '../../transports/http/server.ts'
import { type HttpHost, httpHost } from '../support/http-host.ts'

const documents = { list: document<{ title: string }>({ initial: { title: '' } }) }
const hello = { type: 'hello', protocol: 1 }
const open = { type: 'open', document: 'list/a', client: 'ann' }
const flush = (title: string, after = 0) => ({
  type: 'flush',
  document: 'list/a',
  client: 'ann',
  after,
  from: { count: 0, mark: '' },
  completions: [{ command: { action: 'update', props: { title } } }],
})

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Served extends HttpHost {
  readonly host: Host<typeof documents>
}

async function serve(
  options: ServeHttpOptions = {},
  config: Partial<HostConfig<typeof documents, { subject: string }>> = {},
  mount: (listener: RequestListener) => RequestListener = (listener) => listener,
): Promise<Served> {
  const host = createHost({ documents, history: memoryHistory(), ...config })
  const http = await httpHost(mount(httpListener(host, options)))
  closing.push(() => host.close(), http.close)
  return { ...http, host }
}

async function post(url: string, body: unknown, headers: Record<string, string> = {}, method = 'POST') {
  const sent = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  const init = { method, headers: { 'content-type': 'application/json', ...headers } }
  const response = await fetch(url, method === 'POST' ? { ...init, body: sent as string } : init)
  const said = await response.text()
  return { status: response.status, headers: response.headers, said: said === '' ? undefined : JSON.parse(said) }
}

/** What fetch does not let a program send: half a body, a foreign Origin. */
function begin(url: string, headers: Record<string, string>, method = 'POST') {
  const request = ask(url, { method, headers, agent: false })
  request.on('error', () => undefined)
  request.flushHeaders()
  const answered = once(request, 'response').then(async ([response]: IncomingMessage[]) => ({
    status: response?.statusCode,
    headers: response?.headers ?? {},
    said: await text(response as IncomingMessage),
  }))
  return { request, answered }
}

const until = (holds: () => boolean) => firstValueFrom(interval(5).pipe(filter(holds)))

const json = { 'content-type': 'application/json' }

describe('httpListener answers', () => {
  it('what is said in one request, in order', async () => {
    const { url } = await serve()
    const { status, headers, said } = await post(url, { say: [hello, open, flush('Shopping')] })
    expect(status).toBe(200)
    expect(said.map(({ type }: { type: string }) => type)).toEqual(['welcome', 'flushed', 'snapshot', 'flushed'])
    expect(said[0]).toMatchObject({ pollTime: 25_000 })
    expect(said[3]).toMatchObject({ record: { seq: 1 } })
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it('nothing that the client has already', async () => {
    const { url } = await serve()
    const { said } = await post(url, { say: [hello, open] })
    const at = { ...open, position: said[2].position }
    expect((await post(url, { resume: [hello, at], wait: 20 })).said).toEqual([])
    expect((await post(url, { resume: [hello], say: [at] })).said).toEqual([said[1]])
  })

  it('a poll with nothing when its time is over, which is never longer than the host wants', async () => {
    const { url } = await serve({ pollTime: 50 })
    expect((await post(url, { resume: [hello, open], wait: 0 })).said).toMatchObject([
      { type: 'flushed' },
      { type: 'snapshot' },
    ])
    expect(await post(url, { resume: [hello], wait: 1_000_000 })).toMatchObject({ status: 200, said: [] })
  })

  it('a poll as soon as there is news', async () => {
    const { url, host } = await serve({ pollTime: 1_000_000 })
    const { said } = await post(url, { say: [hello, open] })
    const resume = [hello, { ...open, position: said[2].position }]
    const waiting = post(url, { resume, wait: 1_000_000 })
    await until(() => host.counts.sessions === 1)
    await post(url, { resume: [hello, { ...open, client: 'bob' }], say: [{ ...flush('News'), client: 'bob' }] })
    const { said: news } = await waiting
    expect(news).toMatchObject([{ type: 'commands', from: 0, client: 'bob' }])
    expect((await post(url, { resume, wait: 50 })).said).toMatchObject([{ type: 'flushed' }, news[0]])
  })

  it('what it could not do in time with unavailable, so that the client asks again', async () => {
    const { url } = await serve({ pollTime: 100 }, { beforeFlush: () => new Promise(() => undefined) })
    const { status, said } = await post(url, { say: [hello, open, flush('Late')] })
    expect(status).toBe(200)
    expect(said.at(-1)).toMatchObject({ type: 'error', code: 'unavailable', document: 'list/a', client: 'ann', seq: 0 })
  })

  it('all who wait, when the host closes', async () => {
    const { url, host } = await serve()
    const waiting = post(url, { resume: [hello], wait: 20_000 })
    await until(() => host.counts.sessions === 1)
    await host.close()
    expect(await waiting).toMatchObject({ status: 503, said: [] })
    expect(await post(url, { say: [hello] })).toMatchObject({ status: 503, said: undefined })
  })

  it('a body that somebody else has read, as express.json() does', async () => {
    const { url } = await serve({}, {}, (listener) => async (request, response) => {
      const body: unknown = JSON.parse(await text(request))
      listener(Object.assign(request, { body }), response)
    })
    expect((await post(url, { say: [hello] })).said).toMatchObject([{ type: 'welcome' }])
  })
})

describe('httpListener frees', () => {
  it('what waits for a request that is aborted, at once', async () => {
    const { url, host } = await serve()
    const controller = new AbortController()
    const body = JSON.stringify({ resume: [hello], wait: 20_000 })
    const polled = fetch(url, { method: 'POST', headers: json, body, signal: controller.signal })
    await until(() => host.counts.sessions === 1)
    controller.abort()
    await expect(polled).rejects.toThrow()
    await until(() => host.counts.sessions === 0)
  })

  it('what waits for a request whose line is cut', async () => {
    const { port, host } = await serve()
    const body = JSON.stringify({ resume: [hello], wait: 20_000 })
    const socket = connect(port, '127.0.0.1')
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    socket.write(body)
    await until(() => host.counts.sessions === 1)
    socket.resetAndDestroy()
    await until(() => host.counts.sessions === 0)
  })
})

describe('httpListener gives up', () => {
  it('a client that does not take its answer, and keeps nothing of it', async () => {
    const large = 'x'.repeat(20_000_000)
    const source: SessionSource = {
      maxMessageBytes: 1_000,
      session: () => () => of({ type: 'error', code: 'refused', message: large, document: 'list/a' }),
    }
    const { http, port, close } = await httpHost(httpListener(source, { bodyTime: 200 }))
    closing.push(close)
    const answered = once(http, 'request').then(([, response]) => once(response, 'close'))
    const socket = connect(port, '127.0.0.1').pause()
    socket.on('error', () => undefined)
    const body = JSON.stringify({ say: [open] })
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
    )
    socket.write(body)
    await answered
    expect(socket.bytesRead).toBeLessThan(large.length)
    socket.destroy()
  })
})

describe('httpListener refuses', () => {
  const refusal = (code: string) => [{ type: 'error', code, message: expect.any(String) }]

  it.each([
    ['no JSON at all', 'hello'],
    ['JSON that is cut off', '{"say":['],
    ['what is no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['null', null],
    ['a list', [hello]],
    ['a text to say', { say: 'hello' }],
    ['numbers to say', { say: [1] }],
    ['a list of lists to say', { say: [[hello]] }],
    ['nothing to resume', { resume: null }],
    ['time that is no number', { wait: '1000' }],
    ['negative time', { wait: -1 }],
    ['time that is no whole number', { wait: 1.5 }],
    ['a message of an unknown type', { say: [hello, { type: 'shout' }] }],
    ['a message of a wrong shape', { say: [hello, { type: 'open', document: 7, client: 'ann' }] }],
    ['a type that is of the prototype', { say: [hello, { type: '__proto__' }] }],
    ['100,000 levels', `{"say":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ])('%s: 400', async (_, body) => {
    const { url, host } = await serve()
    const { status, said } = await post(url, body)
    expect({ status, last: [said.at(-1)] }).toEqual({ status: 400, last: refusal('invalid_message') })
    await until(() => host.counts.sessions === 0)
    expect('polluted' in {}).toBe(false)
  })

  it.each([
    ['text/plain', {}],
    ['application/x-www-form-urlencoded', {}],
    ['multipart/form-data; boundary=application/json', {}],
    ['application/json', { 'content-encoding': 'gzip' }],
  ])('a body of %s: 415', async (type, more) => {
    const { url } = await serve()
    const bomb = gzipSync(Buffer.alloc(1_000_000))
    const { status, said } = await post(url, bomb, { 'content-type': type, ...more })
    expect({ status, said }).toEqual({ status: 415, said: refusal('invalid_message') })
  })

  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])('%s: 405', async (method) => {
    const { url } = await serve()
    const { status, headers } = await post(url, undefined, {}, method)
    expect([status, headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })

  it('who is not known: 401; another version of the protocol: 400; more sessions than it takes: 503', async () => {
    const strangers = await serve({}, { authenticate: () => Promise.reject(new Error('Who are you?')) })
    expect(await post(strangers.url, { say: [hello] })).toMatchObject({ status: 401, said: refusal('unauthenticated') })
    expect(await post((await serve()).url, { say: [open] })).toMatchObject({ status: 401 })
    const { url } = await serve({}, { limits: { sessions: 0 } })
    expect(await post(url, { say: [hello] })).toMatchObject({ status: 503, said: refusal('too_many') })
    const another = await serve()
    const newer = { ...hello, protocol: 2 }
    expect(await post(another.url, { say: [newer] })).toMatchObject({
      status: 400,
      said: refusal('unsupported_version'),
    })
  })

  it('a session that breaks: 500, and the server goes on', async () => {
    const source: SessionSource = {
      maxMessageBytes: 1_000,
      session: () => () => throwError(() => new TypeError('planned')),
    }
    const { url, close } = await httpHost(httpListener(source))
    closing.push(close)
    const reported: unknown[] = []
    const { config } = await import('rxjs')
    config.onUnhandledError = (error) => reported.push(error)
    expect(await post(url, { say: [hello] })).toMatchObject({ status: 500, said: undefined })
    config.onUnhandledError = null
    expect(reported).toEqual([new TypeError('planned')])
  })

  describe('a body', () => {
    /** Serves a source of small messages, beside a client that is not to be disturbed. */
    async function small(options: ServeHttpOptions = {}) {
      const source: SessionSource = { maxMessageBytes: 1_000, session: () => () => NEVER }
      const served = await httpHost(httpListener(source, { pollTime: 500, ...options }))
      closing.push(served.close)
      const other = post(served.url, { resume: [hello], wait: 500 })
      return { ...served, undisturbed: async () => expect(await other).toMatchObject({ status: 200, said: [] }) }
    }

    it('that says it is too large: 413, before any of it is there', async () => {
      const { url, undisturbed } = await small()
      const { answered } = begin(url, { ...json, 'content-length': '1000000000' })
      expect(await answered).toMatchObject({ status: 413, headers: { connection: 'close' } })
      await undisturbed()
    })

    it('of endless chunks: 413 at the limit, and the line is closed', async () => {
      const { url, undisturbed } = await small()
      const { request, answered } = begin(url, json)
      const chunk = Buffer.alloc(65_536, 0x20)
      let sent = 0
      const pouring = setInterval(() => {
        sent += chunk.length
        request.write(chunk)
      }, 1)
      expect(await answered).toMatchObject({ status: 413 })
      if (!request.destroyed) await once(request, 'close')
      clearInterval(pouring)
      expect(sent).toBeLessThan(100 * chunk.length)
      await undisturbed()
    })

    it('with a message that is too large: 413', async () => {
      const { url, undisturbed } = await small()
      const { status, said } = await post(url, { say: [{ ...hello, app: 'x'.repeat(1_000) }] })
      expect({ status, said }).toEqual({ status: 413, said: refusal('invalid_message') })
      await undisturbed()
    })

    it('that comes slowly: 408, and the line is closed', async () => {
      const { url, undisturbed } = await small({ bodyTime: 100 })
      const { request, answered } = begin(url, json)
      const dripping = setInterval(() => request.write(' '), 10)
      expect(await answered).toMatchObject({ status: 408, headers: { connection: 'close' } })
      clearInterval(dripping)
      await undisturbed()
    })

    it('that stops in the middle: nothing is left of it', async () => {
      const { port, http, undisturbed } = await small({ bodyTime: 10_000 })
      const count = () => new Promise<number>((resolve) => http.getConnections((_, number) => resolve(number)))
      const connections = (wanted: number) =>
        firstValueFrom(
          interval(5).pipe(
            switchMap(count),
            filter((number) => number === wanted),
          ),
        )
      const socket = connect(port, '127.0.0.1')
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"say":')
      await connections(2)
      socket.destroy()
      await connections(1)
      await undisturbed()
    })
  })

  it('pages of another origin that is not listed: 403, and nothing else', async () => {
    const { url, port, host } = await serve({ origins: ['https://app.example'] })
    const from = (headers: Record<string, string>) => {
      const { request, answered } = begin(url, { ...json, ...headers })
      request.end(JSON.stringify({ say: [hello] }))
      return answered
    }
    const foreign = await from({ origin: 'https://evil.example' })
    expect(foreign).toMatchObject({ status: 403, said: expect.stringContaining('"code":"refused"') })
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
    expect(await from({ origin: 'null' })).toMatchObject({ status: 403 })
    expect(await from({ origin: 'https://app.example.evil.example' })).toMatchObject({ status: 403 })
    expect(await from({ origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'cross-site' })).toMatchObject({
      status: 403,
    })
    expect(host.counts.sessions).toBe(0)

    expect(await from({ origin: 'https://app.example' })).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': 'https://app.example', vary: 'Origin' },
    })
    expect(await from({ origin: `http://127.0.0.1:${port}` })).toMatchObject({ status: 200 })
    expect(await from({ origin: 'https://behind.a.proxy', 'sec-fetch-site': 'same-origin' })).toMatchObject({
      status: 200,
    })
    expect(await from({})).toMatchObject({ status: 200 })
  })

  it.each(['*', 'app.example', 'https://app.example/', 'https://app.example/shop', 'null'])(
    'to be served where an origin is written as %s',
    (origin) => {
      const source: SessionSource = { maxMessageBytes: 1_000, session: () => () => NEVER }
      expect(() => httpListener(source, { origins: [origin] })).toThrow(TypeError)
    },
  )

  it('a preflight of pages that are not listed', async () => {
    const { url } = await serve({ origins: ['https://app.example'] })
    const preflight = (origin: string) => {
      const headers = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      }
      const { request, answered } = begin(url, headers, 'OPTIONS')
      request.end()
      return answered
    }
    expect(await preflight('https://evil.example')).toMatchObject({ status: 403 })
    expect(await preflight('https://app.example')).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://app.example',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
      },
    })
  })
})
