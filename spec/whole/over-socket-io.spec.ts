import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, tap } from 'rxjs'
import { lmdbHistory } from '../../adapters/history/lmdb/index.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { createClient, document, type ServerMessage, type Transport } from '../../lib/index.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string }>
}
const documents = { list: document<TodoList>({ initial: { title: '', todos: {} } }) }
type Kinds = typeof documents

describe('A host over socket.io, with its history in a folder', () => {
  let folder: string
  let host: Host<Kinds>
  let served: SocketIoHost
  const finishing: (() => unknown)[] = []

  const start = async () => {
    host = createHost({ documents, history: lmdbHistory(folder) })
    served = await socketIoHost(host)
  }
  const stop = async () => {
    await served.close()
    await host.close()
  }
  const connect = (url = served.url, heard: ServerMessage[] = []) =>
    createClient<Kinds>({ transport: overhearing(socketIoTransport(url, { transports: ['websocket'] }), heard) })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    await start()
  })
  const after = (finish: () => unknown) => finishing.push(finish)
  afterEach(async () => {
    for (const finish of finishing.splice(0)) await finish()
    await stop()
    await rm(folder, { recursive: true })
  })

  it('shows what one client does to another, and keeps it over a restart', async () => {
    const [one, two] = [connect(), connect()]
    after(() => one.close())
    after(() => two.close())
    const [here, there] = [one.open('list/shopping'), two.open('list/shopping')]
    await Promise.all([here.loaded, there.loaded])
    here.at('todos').create({ title: 'coffee' })
    const seen = await firstValueFrom(there.document$.pipe(filter(({ todos }) => Object.keys(todos).length === 1)))
    expect(Object.values(seen.todos)).toEqual([{ title: 'coffee' }])
    await here.flush()

    const port = served.port
    await stop()
    here.at('todos').create({ title: 'tea' })
    await start()
    expect(served.port).not.toBe(port)
    const three = connect()
    after(() => three.close())
    const again = three.open('list/shopping')
    await again.loaded
    expect(Object.values(again.getDocument().todos)).toEqual([{ title: 'coffee' }])
  })

  it('lets a client that could not keep up go on from where it was, without the whole document', async () => {
    const proxy = await tcpProxy(served.port)
    const heard: ServerMessage[] = []
    const [writer, slow] = [connect(), connect(`http://127.0.0.1:${proxy.port}`, heard)]
    after(() => writer.close())
    after(() => slow.close())
    after(() => proxy.close())
    const [here, there] = [writer.open('list/shopping'), slow.open('list/shopping')]
    await Promise.all([here.loaded, there.loaded])
    proxy.pause('to client')
    const size = 64_000
    for (let i = 0; i < 200; i++) {
      here.apply({ action: 'update', props: { title: `${i} `.padEnd(size, 'x') } })
      await here.flush()
    }
    proxy.resume('to client')
    await firstValueFrom(there.document$.pipe(filter(({ title }) => title.startsWith('199 '))))
    expect(heard.filter(({ type }) => type === 'welcome')).toHaveLength(2)
    expect(heard.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
    expect(there.getCommandCount()).toBe(200)
  }, 60_000)
})

const overhearing =
  (transport: Transport, heard: ServerMessage[]): Transport =>
  (outgoing) =>
    transport(outgoing).pipe(tap((message) => heard.push(message)))
