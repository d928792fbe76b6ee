import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, startWith } from 'rxjs'
import { hasCode } from '../../lib/errors.ts'
import type { ScriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { type Audience, audienceOf, commands, greeting, type Listener } from '../support/listeners.ts'
import { type Bundles, bundle } from '../support/programs.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'
import type { Ask, Look } from './programs/host.ts'

const megabyte = 1_000_000
const size = 64_000
const warmUp = 20
const total = warmUp + Math.ceil((50 * megabyte) / size)

/** A host in a process of its own, so that what is held there is held by it alone. */
class HostProcess {
  readonly #child: ChildProcess

  constructor(program: string) {
    // Every look collects, which shall not have to wait for a core of its own.
    this.#child = fork(program, { execArgv: ['--single-threaded-gc'] })
  }

  async port(): Promise<number> {
    const [port] = await once(this.#child, 'message')
    return port as number
  }

  /** Says a batch to all; resolves when these have heard it. */
  async say(from: number, listeners: readonly Listener[]): Promise<void> {
    this.#ask({ from, bytes: size })
    await Promise.all(listeners.map((listener) => listener.until(({ heard }) => heard > from)))
  }

  async look(): Promise<Look> {
    this.#ask('look')
    const [look] = await once(this.#child, 'message')
    return look as Look
  }

  async end(): Promise<void> {
    const exit = once(this.#child, 'exit')
    this.#child.disconnect()
    expect(await exit).toEqual([0, null])
  }

  #ask(ask: Ask): void {
    this.#child.send(ask)
  }
}

describe('serveSocketIo, with a client that stops reading', () => {
  let programs: Bundles
  beforeAll(async () => {
    programs = await bundle(new URL('./programs/', import.meta.url), 'host')
  })
  afterAll(() => programs.remove())

  it.each(['websocket', 'polling'])('holds less than 5 MB more while 50 MB go to all, over %s', async (kind) => {
    const host = new HostProcess(programs.path('host'))
    const { proxy, others, slow, leave } = await audienceOf(await host.port(), kind)
    try {
      for (let from = 1; from < warmUp; from += 1) await host.say(from, [...others, slow])
      proxy.pause('to client')
      const before = await host.look()
      let last = before
      let most = 0
      for (let from = warmUp; from < total; from += 1) {
        await host.say(from, others)
        // Most is held shortly before the slow one is given up.
        if (from % (last.over.at(-1) ? 100 : 8) === 0) last = await host.look()
        most = Math.max(most, last.bytes - before.bytes)
      }
      last = await host.look()
      expect(last.over).toEqual([false, false, false, true])
      expect(others.map(({ heard }) => heard)).toEqual([total, total, total])
      expect(most).toBeLessThan(5 * megabyte)
      expect(last.bytes - before.bytes).toBeLessThan(megabyte)

      proxy.resume('to client')
      await slow.until(({ error }) => error !== undefined)
      expect(hasCode(slow.error, 'connection_lost')).toBe(true)
      expect(slow.heard).toBeLessThan(total)
    } finally {
      await leave()
      await host.end()
    }
  })

  it('lets a client load much more than it may fall behind with what is new', async () => {
    await here(async ({ source, slow }) => {
      const session = source.sessions.at(-1)
      const earlier = Date.now() - 60_000
      for (let from = 1; from <= 200; from += 1) session?.say(commands(from, 100_000, earlier))
      await slow.until(({ heard }) => heard > 200)
      expect(session?.isOver).toBe(false)
    })
  })

  it('ends a client that does not take what it asked for, at the bound for all that waits', async () => {
    await here(async ({ source, host, proxy }) => {
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

/** Runs `body` with a host in this process. */
async function here(
  body: (parts: Audience & { readonly source: ScriptedSource; readonly host: SocketIoHost }) => Promise<void>,
): Promise<void> {
  const source = greeting()
  const host = await socketIoHost(source)
  const audience = await audienceOf(host.port)
  try {
    await body({ ...audience, source, host })
  } finally {
    await audience.leave()
    await host.close()
  }
}
