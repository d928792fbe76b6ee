import { createServer } from 'node:http'
import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { concat, config, firstValueFrom, lastValueFrom, NEVER, type Observable, of, Subject, toArray } from 'rxjs'
import { Server, type ServerOptions } from 'socket.io'
import { io, type Socket } from 'socket.io-client'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { eventually } from '../../lib/testing/transport/checks.ts'
import { sized, told } from '../../lib/testing/transport/messages.ts'
import {
  type ScriptedSession,
  type ScriptedSource,
  scriptedSource,
} from '../../lib/testing/transport/scripted-source.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'

const patience = 4_000
const open: { close(): unknown }[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function serve(source: SessionSource, options: Partial<ServerOptions> = {}): Promise<SocketIoHost> {
  const host = await socketIoHost(source, options)
  open.push(host)
  return host
}

function rawSocket({ url }: SocketIoHost): Socket {
  const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'] })
  open.push(socket)
  return socket
}

async function session(source: ScriptedSource, index: number): Promise<ScriptedSession> {
  await eventually(`session ${index}`, source.change$, () => source.sessions.length > index, patience)
  return source.sessions[index] as ScriptedSession
}

/** What a client is told, until the session is over. */
const everything = (told$: Observable<ServerMessage>) => lastValueFrom(told$.pipe(toArray()))

describe('serveSocketIo', () => {
  it('hands on what comes as it came, whatever it is', async () => {
    const source = scriptedSource()
    const socket = rawSocket(await serve(source))
    const strange = [null, 42, 'text', [], { type: '__proto__' }, [['nested']], { deep: { toJSON: 1 } }]
    for (const message of strange) socket.emit('m', message)
    socket.emit('other', 'not for the host')
    socket.emit('m', Buffer.from('binary'))
    const { heard } = await session(source, 0)
    await eventually('all of it is heard', source.change$, () => heard.length > strange.length, patience)
    expect(heard.slice(0, -1)).toEqual(strange)
    expect(Buffer.from(heard.at(-1) as Buffer).toString()).toBe('binary')
  })

  it.each([
    ['no packet', 'x'],
    ['a torn packet', '2["m"'],
    ['an event that is no list', '2{"m":1}'],
    ['an unknown kind of packet', '9'],
    ['an attachment that does not come', '51-["m",{"_placeholder":true,"num":0}]'],
    ['a million attachments', '51000000-["m"]'],
    ['brackets without end', `2["m",${'['.repeat(50_000)}`],
    ['a second connection packet', '0{}'],
    ['an event for a namespace that is not there', '2/admin,["m",1]'],
  ])('closes a line over which %s comes, and serves the others', async (_, packet) => {
    const source = scriptedSource()
    const host = await serve(source)
    const other = firstValueFrom(socketIoTransport(host.url)(NEVER))
    const others = await session(source, 0)
    const socket = rawSocket(host)
    const its = await session(source, 1)
    socket.io.engine.write(packet)
    socket.emit('m', 'after')
    await eventually('the session ends', source.change$, () => its.isOver, patience)
    expect(its.heard).toEqual([])
    others.say(told(1))
    expect(await other).toEqual(told(1))
  })

  it('ends a session in words where a message is larger than the host takes', async () => {
    const source = scriptedSource()
    const { url } = await serve(source)
    const messages = await everything(socketIoTransport(url)(concat(of(sized(65_600)), NEVER)))
    expect(messages).toEqual([
      { type: 'error', code: 'invalid_message', message: 'Message refused: 65600 bytes, this host takes 65536.' },
    ])
  })

  it.each([['websocket'], ['polling']])(
    'closes the line where a message is larger than the Server takes, and the client is told why, over %s',
    async (kind) => {
      const source = scriptedSource()
      const host = await serve(source, { maxHttpBufferSize: 1_000 })
      const messages = everything(
        socketIoTransport(host.url, { transports: [kind] })(concat(of(sized(100_000)), NEVER)),
      )
      await expect(messages).rejects.toMatchObject({
        code: 'connection_lost',
        message: `Lost the connection to ${host.url}: it refused a message as too large.`,
      })
      await eventually(
        'the session ends',
        source.change$,
        () => source.sessions.every(({ isOver }) => isOver),
        patience,
      )
    },
  )

  it('makes room for the largest message in a Server that listens already and takes less', async () => {
    const source = scriptedSource()
    const http = createServer()
    const server = new Server(http, { maxHttpBufferSize: 1_000 })
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
    const serving = serveSocketIo(server, source)
    open.push({ close: () => server.close() }, { close: () => serving.unsubscribe() })
    const { port } = http.address() as { port: number }
    const subscription = socketIoTransport(`http://127.0.0.1:${port}`)(concat(of(sized(65_536)), NEVER)).subscribe()
    const { heard } = await session(source, 0)
    await eventually('it is heard', source.change$, () => heard.length > 0, patience)
    subscription.unsubscribe()
  })

  it('breaks the line of a session that says what cannot be encoded, and of no other', async () => {
    const source = scriptedSource()
    const host = await serve(source)
    const other = firstValueFrom(socketIoTransport(host.url)(NEVER))
    const others = await session(source, 0)
    const client = everything(socketIoTransport(host.url)(NEVER))
    const its = await session(source, 1)
    const endless: { self?: unknown } = {}
    endless.self = endless
    its.say({ type: 'snapshot', document: 'list/a', client: 'a', position: { count: 0, mark: '' }, state: endless })
    others.say(told(1))
    await expect(client).rejects.toMatchObject({ code: 'connection_lost' })
    expect(its.isOver).toBe(true)
    expect(await other).toEqual(told(1))
  })

  it('leaves an error of a session that is not of its own to RxJS', async () => {
    const errors: unknown[] = []
    const before = config.onUnhandledError
    config.onUnhandledError = (error) => errors.push(error)
    open.push({ close: () => Object.assign(config, { onUnhandledError: before }) })
    const failure = new TypeError('planned')
    const source: SessionSource = {
      maxMessageBytes: 1_000,
      session() {
        throw failure
      },
    }
    const { url } = await serve(source)
    await expect(everything(socketIoTransport(url)(NEVER))).rejects.toMatchObject({ code: 'connection_lost' })
    expect(errors).toEqual([failure])
  })

  it('keeps the order of each socket, whatever the others are sent in the same turn', async () => {
    const source = scriptedSource()
    const { url } = await serve(source)
    const pool = [0, 1, 2, 3].map(told)
    const heard: ServerMessage[][] = []
    const arrivals = new Subject<void>()
    for (const client of [0, 1, 2]) {
      const list: ServerMessage[] = []
      heard[client] = list
      const subscription = socketIoTransport(url)(NEVER).subscribe((message) => {
        list.push(message)
        arrivals.next()
      })
      open.push({ close: () => subscription.unsubscribe() })
      await session(source, client)
    }
    const turn = fc.array(fc.tuple(fc.nat(2), fc.nat(3)), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(turn, async (said) => {
        for (const list of heard) list.length = 0
        for (const [client, message] of said) source.sessions[client]?.say(pool[message] as ServerMessage)
        const all = () => heard.flat().length === said.length
        await eventually('all is heard', arrivals, all, patience)
        const expected = [0, 1, 2].map((one) =>
          said.filter(([client]) => client === one).map(([, number]) => told(number)),
        )
        expect(heard).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('tells the host what the line came with', async () => {
    const source = scriptedSource()
    const { url } = await serve(source)
    const subscription = socketIoTransport(url, { extraHeaders: { cookie: 'theme=dark' } })(NEVER).subscribe()
    const { info } = await session(source, 0)
    subscription.unsubscribe()
    expect(info).toMatchObject({
      request: { headers: { cookie: 'theme=dark' }, url: expect.stringContaining('/socket.io/') },
    })
  })

  it('ends every session and leaves the Server as it was, when it is unsubscribed', async () => {
    const source = scriptedSource()
    const http = createServer()
    const server = new Server(http)
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening))
    open.push({ close: () => server.close() })
    const { port } = http.address() as { port: number }
    const count = () => [server.sockets.listenerCount('connection'), server.engine.eventNames().length]
    const before = count()

    const serving = serveSocketIo(server, source)
    const clients = [1, 2].map(() => everything(socketIoTransport(`http://127.0.0.1:${port}`)(NEVER)))
    await session(source, 1)
    serving.unsubscribe()
    expect(await Promise.all(clients)).toEqual([[], []])
    expect(source.sessions.map(({ isOver }) => isOver)).toEqual([true, true])
    expect(count()).toEqual(before)

    const late = io(`http://127.0.0.1:${port}`, { forceNew: true, reconnection: false })
    open.push(late)
    await new Promise<void>((connected) => late.on('connect', connected))
    expect(source.sessions).toHaveLength(2)
  })

  it('refuses a Server that serves nothing, or that carries messages over into later sessions', () => {
    const http = createServer()
    expect(() => serveSocketIo(new Server(), scriptedSource())).toThrow(TypeError)
    const server = new Server(http, { connectionStateRecovery: {} })
    expect(() => serveSocketIo(server, scriptedSource())).toThrow('connectionStateRecovery')
    expect(server.sockets.listenerCount('connection')).toBe(0)
  })
})
