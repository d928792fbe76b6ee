import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts'

let server: Server
let proxy: TcpProxy
let client: Socket
let accepted: Socket

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await tcpProxy((server.address() as { port: number }).port)
  client = connect(proxy.port, '127.0.0.1')
  const [socket] = await once(server, 'connection')
  accepted = socket
  for (const one of [client, accepted]) one.on('error', () => {})
})

afterEach(async () => {
  client.destroy()
  accepted.destroy()
  await proxy.close()
  server.close()
  await once(server, 'close')
})

/** Resolves when so many bytes have come. */
async function received(socket: Socket, bytes: number): Promise<string> {
  let text = ''
  while (text.length < bytes) text += (await once(socket, 'data'))[0]
  return text
}

describe('tcpProxy', () => {
  it('carries bytes both ways, and the end', async () => {
    const there = received(accepted, 5)
    client.write('there')
    expect(await there).toBe('there')
    const back = received(client, 4)
    accepted.end('back')
    expect(await back).toBe('back')
    await once(client, 'end')
  })

  it('lets whoever sends into a paused line feel it, and carries all of it afterwards', async () => {
    proxy.pause('to client')
    const piece = Buffer.alloc(1_000_000, 'x')
    let written = 0
    while (accepted.writableLength < 1_000_000) {
      accepted.write(piece)
      written += piece.length
      await new Promise((next) => setImmediate(next))
    }
    const all = received(client, written)
    proxy.resume('to client')
    expect(await all).toHaveLength(written)
  })

  it('keeps the order while the delay changes', async () => {
    const all = received(accepted, 3)
    for (const [text, delay] of [
      ['a', 40],
      ['b', 20],
      ['c', 0],
    ] as const) {
      proxy.delay('to server', delay)
      client.write(text)
      // A round trip in between, so that each is a piece of its own.
      accepted.write('.')
      await once(client, 'data')
    }
    expect(await all).toBe('abc')
  })

  it('swallows all that is sent into silence, and the end of either side', async () => {
    proxy.silence()
    accepted.on('data', () => expect('this').toBe('not reached'))
    client.end('lost')
    await once(client, 'finish')
    const second = connect(proxy.port, '127.0.0.1')
    const [other] = await once(server, 'connection')
    second.end('heard')
    expect(await received(other, 5)).toBe('heard')
    expect(accepted.readableEnded).toBe(false)
    other.destroy()
  })

  it.each([
    ['cut', undefined],
    ['reset', 'ECONNRESET'],
  ] as const)('ends both sides by %s', async (way, code) => {
    const errors: unknown[] = []
    client.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code))
    accepted.resume()
    client.resume()
    const closed = [client, accepted].map((one) => new Promise((resolve) => one.once('close', resolve)))
    proxy[way]()
    await Promise.all(closed)
    expect(errors[0]).toBe(code)
  })
})
