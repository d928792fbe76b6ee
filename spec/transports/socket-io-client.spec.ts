import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { concat, firstValueFrom, lastValueFrom, NEVER, of, Subject } from 'rxjs'
import { io, type Socket } from 'socket.io-client'
import type { ClientMessage } from '../../lib/protocol/messages.ts'
import { eventually } from '../../lib/testing/transport/checks.ts'
import { asked, told } from '../../lib/testing/transport/messages.ts'
import { type ScriptedSource, scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const patience = 4_000
const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function serve(source: ScriptedSource, options = {}): Promise<SocketIoHost> {
  const host = await socketIoHost(source, options)
  open.push(host)
  return host
}

async function session(source: ScriptedSource, index: number) {
  await eventually(`session ${index}`, source.change$, () => source.sessions.length > index, patience)
  return source.sessions[index]
}

function handedIn({ url }: SocketIoHost, options = {}): Socket {
  const socket = io(url, { autoConnect: false, forceNew: true, transports: ['websocket'], ...options })
  open.push(socket)
  return socket
}

/** How many listeners there are on a socket. */
function listeners(socket: Socket): number {
  return ['m', 'connect', 'connect_error', 'disconnect'].reduce((sum, event) => sum + socket.listeners(event).length, 0)
}

describe('socketIoTransport', () => {
  it('says where it could not connect', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    server.close()
    await expect(
      lastValueFrom(socketIoTransport(`http://name:secret@127.0.0.1:${port}/`)(NEVER)),
    ).rejects.toMatchObject({
      code: 'connection_lost',
      message: `No connection to http://127.0.0.1:${port}: xhr poll error.`,
      data: { where: `http://127.0.0.1:${port}` },
    })
  })

  it('says why the server let nobody in', async () => {
    const host = await serve(scriptedSource())
    host.server.use((_socket, next) => next(new Error('maintenance until noon')))
    await expect(lastValueFrom(socketIoTransport(host.url)(NEVER))).rejects.toMatchObject({
      code: 'connection_lost',
      message: `No connection to ${host.url}: maintenance until noon.`,
    })
  })

  it('gives up where nobody answers', async () => {
    const host = await serve(scriptedSource())
    const proxy = await tcpProxy(host.port)
    open.push(proxy)
    proxy.pause('to server')
    const url = `http://127.0.0.1:${proxy.port}`
    await expect(lastValueFrom(socketIoTransport(url, { connectTimeout: 100 })(NEVER))).rejects.toMatchObject({
      code: 'connection_lost',
      message: `No connection to ${url}: no answer within 100 ms.`,
    })
  })

  it('goes by long polling where a WebSocket does not get through', async () => {
    const source = scriptedSource((one) => one.say(told(1)))
    const host = await serve(source, { transports: ['polling'] })
    expect(await firstValueFrom(socketIoTransport(host.url)(NEVER))).toEqual(told(1))
  })

  it.each([['connected'], ['connecting']])('takes a Socket that is %s already as it is', async (state) => {
    const source = scriptedSource()
    const socket = handedIn(await serve(source))
    socket.connect()
    if (state === 'connected') await new Promise<void>((connected) => socket.once('connect', connected))
    const first = await session(source, 0)
    const answer = firstValueFrom(socketIoTransport(socket)(concat(of(asked(1)), NEVER)))
    await eventually('it is heard', source.change$, () => first?.heard.length === 1, patience)
    first?.say(told(1))
    expect(await answer).toEqual(told(1))
    expect(source.sessions).toHaveLength(1)
  })

  it('leaves no listener on a Socket that was handed in, and those of others alone', async () => {
    const source = scriptedSource((one) => one.say(told(1)))
    const socket = handedIn(await serve(source))
    const connections: string[] = []
    socket.on('connect', () => connections.push('connected'))
    const before = listeners(socket)
    const transport = socketIoTransport(socket)
    for (const _ of [1, 2, 3]) await firstValueFrom(transport(NEVER))
    expect(connections).toHaveLength(3)
    expect(listeners(socket)).toBe(before)
    expect(socket.active).toBe(false)
  })

  it('keeps the reconnecting of a Socket that was handed in from beginning', async () => {
    const source = scriptedSource()
    const host = await serve(source)
    const proxy = await tcpProxy(host.port)
    open.push(proxy)
    const socket = io(`http://127.0.0.1:${proxy.port}`, { autoConnect: false, forceNew: true, reconnectionDelay: 1 })
    open.push(socket)
    let attempts = 0
    socket.io.on('reconnect_attempt', () => {
      attempts += 1
    })
    const lost = lastValueFrom(socketIoTransport(socket)(NEVER))
    await session(source, 0)
    proxy.reset()
    await expect(lost).rejects.toMatchObject({ code: 'connection_lost' })
    // A client that connects now comes after any attempt that was begun before.
    const other = socketIoTransport(host.url)(NEVER).subscribe()
    await session(source, 1)
    other.unsubscribe()
    expect([attempts, socket.active, source.sessions.length]).toEqual([0, false, 2])
  })

  it('sends nothing later that a Socket held back while its line was silent', async () => {
    const source = scriptedSource()
    const socket = handedIn(await serve(source))
    const transport = socketIoTransport(socket)
    const outgoing = new Subject<ClientMessage>()
    const first = transport(concat(of(asked(0)), outgoing)).subscribe({ error: () => {} })
    await eventually('it is heard', source.change$, () => source.sessions[0]?.heard.length === 1, patience)
    // As a timer of the ping that comes late lets it be: socket.io believes the line to be lost and keeps the packet.
    Object.assign(socket.io.engine, { _pingTimeoutTime: 1 })
    outgoing.next(asked(1))
    expect(socket.sendBuffer).toHaveLength(1)
    await eventually('the session ends', source.change$, () => source.sessions[0]?.isOver === true, patience)
    const second = transport(concat(of(asked(2)), NEVER)).subscribe()
    const { heard } = (await session(source, 1)) ?? { heard: [] }
    await eventually('the next is heard', source.change$, () => heard.length > 0, patience)
    expect(heard).toEqual([asked(2)])
    first.unsubscribe()
    second.unsubscribe()
  })

  it('refuses a Socket that would send twice', () => {
    const socket = io('http://127.0.0.1:1', { autoConnect: false, retries: 3 })
    expect(() => socketIoTransport(socket)).toThrow(TypeError)
  })
})
