import { describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, NEVER, Subject, startWith } from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import { hasCode } from '../../lib/errors.ts'
import type { Commands } from '../../lib/protocol/messages.ts'
import { type ScriptedSource, scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { bytesHeld, bytesKept } from '../support/memory.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts'

const megabyte = 1_000_000

function commands(from: number, bytes: number, at = Date.now()): Commands {
  return {
    type: 'commands',
    document: 'list/shopping',
    from,
    follows: String(from),
    mark: String(from + 1),
    at,
    client: 'writer',
    after: from,
    last: from + 1,
    completions: [{ command: { action: 'update', props: { text: String(from).padEnd(bytes, 'x') } } }],
  }
}

/** Counts the batches it hears in order, and keeps none of them. */
class Listener {
  heard = 0
  error: unknown
  readonly #change$ = new Subject<void>()
  readonly #subscription

  constructor(transport: Transport) {
    this.#subscription = transport(NEVER).subscribe({
      next: (message) => {
        if (message.type === 'commands' && message.from === this.heard) this.heard += 1
        this.#change$.next()
      },
      error: (error: unknown) => {
        this.error = error
        this.#change$.next()
      },
    })
  }

  async until(holds: (listener: this) => boolean): Promise<void> {
    if (!holds(this)) await firstValueFrom(this.#change$.pipe(filter(() => holds(this))))
  }

  hangUp(): void {
    this.#subscription.unsubscribe()
  }
}

async function begun(source: ScriptedSource, count: number): Promise<void> {
  const haveBegun = () => source.sessions.length >= count
  if (!haveBegun()) await firstValueFrom(source.change$.pipe(filter(haveBegun)))
}

/** One host, three clients with a line of their own, and one behind the proxy, whose session is the last. */
async function withClients(
  transports: readonly string[],
  body: (parts: {
    source: ScriptedSource
    host: SocketIoHost
    proxy: TcpProxy
    others: Listener[]
    slow: Listener
  }) => Promise<void>,
): Promise<void> {
  const source = scriptedSource()
  const host = await socketIoHost(source)
  const proxy = await tcpProxy(host.port)
  const others = [1, 2, 3].map(() => new Listener(socketIoTransport(host.url)))
  await begun(source, 3)
  const slow = new Listener(socketIoTransport(`http://127.0.0.1:${proxy.port}`, { transports: [...transports] }))
  await begun(source, 4)
  try {
    await body({ source, host, proxy, others, slow })
  } finally {
    for (const client of [...others, slow]) client.hangUp()
    await proxy.close()
    await host.close()
  }
}

/** Says the batches `from … to - 1` to every session, each when the listeners have heard the one before. */
async function fanOut(
  source: ScriptedSource,
  listeners: readonly Listener[],
  from: number,
  to: number,
  after: () => void,
) {
  for (let next = from; next < to; next += 1) {
    const message = commands(next, size)
    for (const session of source.sessions) session.say(message)
    await Promise.all(listeners.map((listener) => listener.until(({ heard }) => heard > next)))
    after()
  }
}

const size = 64_000
const warmUp = 20
const total = warmUp + Math.ceil((50 * megabyte) / size)

describe('serveSocketIo, with a client that stops reading', () => {
  it.each([['websocket'], ['polling']])(
    'holds less than 5 MB more while 50 MB go to all, over %s',
    async (kind) => {
      await withClients([kind], async ({ source, proxy, others, slow }) => {
        await fanOut(source, [...others, slow], 0, warmUp, () => {})
        proxy.pause('to client')
        const before = bytesHeld()
        let most = 0
        let looks = 0
        await fanOut(source, others, warmUp, total, () => {
          looks += 1
          if (looks % (source.sessions.at(-1)?.isOver ? 50 : 5) === 0) most = Math.max(most, bytesHeld() - before)
        })
        expect(source.sessions.map(({ isOver }) => isOver)).toEqual([false, false, false, true])
        expect(others.map(({ heard }) => heard)).toEqual([total, total, total])
        expect(most).toBeLessThan(5 * megabyte)
        expect((await bytesKept()) - before).toBeLessThan(megabyte)

        proxy.resume('to client')
        await slow.until(({ error }) => error !== undefined)
        expect(hasCode(slow.error, 'connection_lost')).toBe(true)
        expect(slow.heard).toBeLessThan(total)
      })
    },
    20_000,
  )

  it('lets a client load much more than it may fall behind with what is new', async () => {
    await withClients(['websocket'], async ({ source, slow }) => {
      const session = source.sessions.at(-1)
      const earlier = Date.now() - 60_000
      for (let from = 0; from < 200; from += 1) session?.say(commands(from, 100_000, earlier))
      await slow.until(({ heard }) => heard === 200)
      expect(session?.isOver).toBe(false)
    })
  })

  it('ends a client that does not take what it asked for, at the bound for all that waits', async () => {
    await withClients(['websocket'], async ({ source, host, proxy }) => {
      proxy.pause('to client')
      const session = source.sessions.at(-1)
      const earlier = Date.now() - 60_000
      let said = 0
      for (; said < 100 && !session?.isOver; said += 1) {
        session?.say(commands(said, megabyte, earlier))
        await undefined
      }
      expect(session?.isOver).toBe(true)
      expect(said).toBeGreaterThan(31)
      expect(said).toBeLessThan(36)
      await firstValueFrom(
        source.change$.pipe(
          startWith(undefined),
          filter(() => host.server.engine.clientsCount === 3),
        ),
      )
    })
  })
})
