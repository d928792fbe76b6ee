import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import { filter, firstValueFrom } from 'rxjs'
import { program } from '../../examples/serve/build.mjs'
import type { documents } from '../../examples/todo/documents.ts'
import { dataFolder, ExampleServer, Program, removeFolder } from '../support/example-server.ts'

const data = dataFolder()
afterAll(() => removeFolder(data))

const clientOf = (url: string) => createClient<typeof documents>({ transport: socketIoTransport(url) })

describe('npm start', () => {
  it('builds what it needs, prints where the list is, and closes when npm is told to', async () => {
    const started = new Program('npm', ['start', '--', '--port', '0', '--data', data])
    const [url] = await started.says(/http:\/\/localhost:\d+\/shopping/)
    const client = clientOf(new URL(url).origin)
    const list = client.open('list/shopping')
    await list.loaded
    list.at('todos').create({ title: 'Milk' })
    await list.flush()
    client.close()
    expect((await started.stop('SIGTERM')).output).toMatch(/Closing\.\n$/)
  }, 30_000)

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'has the lists again, and ends by itself at a %s, whoever is connected',
    async (signal) => {
      const server = await ExampleServer.start(data)
      const client = clientOf(server.url)
      const list = client.open('list/shopping')
      await list.loaded
      expect(Object.values(list.getDocument().todos).map(({ title }) => title)).toEqual(['Milk'])
      const { code, output } = await server.stop(signal)
      await firstValueFrom(list.status$.pipe(filter(({ state }) => state === 'offline')))
      client.close()
      expect(output).toMatch(/Closing\.\n$/)
      expect(code).toBe(0)
    },
  )

  it('says what to do where the port is taken', async () => {
    const other = createServer()
    other.listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, output } = await new Program(process.execPath, [program, '--data', data], { PORT: String(port) })
      .ended
    other.close()
    expect(output).toBe(`Port ${port} is in use. Start with PORT=${port + 1} npm start.\n`)
    expect(code).toBe(1)
  })

  it.each([
    [['--port', 'eighty'], "'eighty' is not a port. Start with PORT=8080 npm start.\n"],
    [
      ['--transport', 'pigeon'],
      "'pigeon' is no transport. There are socket-io, http, ladder, shared, broadcast-channel.\n",
    ],
    [['--prot', '80'], "Unknown option '--prot'. What there is: npm start -- --help\n"],
    [['--port', '0', '--data', program], `The history in ${program} cannot be used: `],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, output } = await new Program(process.execPath, [program, ...args]).ended
    expect(output.slice(0, message.length)).toBe(message)
    expect(output).not.toContain('    at ')
    expect(code).toBe(1)
  })

  it('explains itself', async () => {
    const { code, output } = await new Program(process.execPath, [program, '--help']).ended
    expect(output).toContain('--data')
    expect(code).toBe(0)
  })
})

describe('The server', () => {
  const folder = dataFolder()
  const server = ExampleServer.start(folder)
  afterAll(async () => {
    await (await server).stop()
    removeFolder(folder)
  })

  const ask = async (path: string, init?: RequestInit): Promise<Response> => fetch((await server).url + path, init)

  it('says that it is well', async () => {
    const response = await ask('/health')
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok', sessions: 0, documents: 0 }])
  })

  it('answers every path that may be a page with one, and asks to look again next time', async () => {
    const pages = await Promise.all(['/', '/shopping', '/a/b?c=d', '/flushout'].map((path) => ask(path)))
    const titles = await Promise.all(pages.map(async (page) => /<title>(.*)<\/title>/.exec(await page.text())?.[1]))
    expect(titles).toEqual(['Millrace', 'Millrace', 'Millrace', 'How it works · Millrace'])
    expect(pages.map(({ headers }) => headers.get('cache-control'))).toEqual(Array(4).fill('no-cache'))
    const etag = pages[0]?.headers.get('etag') ?? ''
    expect((await ask('/', { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('lets what a page needs be kept for good', async () => {
    const [path = ''] = /\/assets\/[^"]+\.js/.exec(await (await ask('/')).text()) ?? []
    const response = await ask(path)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('gives nothing else away', async () => {
    const paths = ['/assets/none.js', '/assets/..%2f..%2fserve%2fmain.js']
    expect(await Promise.all(paths.map(async (path) => (await ask(path)).status))).toEqual([404, 404])
    expect((await ask('/shopping', { method: 'POST' })).status).toBe(405)
  })
})
