import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { Transport } from '../../lib/contracts/transport.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpHandler, httpListener } from '../../transports/http/server.ts'
import { documents } from '../support/documents.ts'
import { chanceOf, Editor, expectAllOnce } from '../support/editors.ts'
import { httpHost } from '../support/http-host.ts'
import { together } from '../support/together.ts'

type Send = (init: RequestInit) => Promise<Response>

/** How requests reach a host. */
interface Reached {
  readonly send: Send
  close(): Promise<void>
}

const pollTime = 10_000

const ways: Record<string, (host: Host<typeof documents>) => Promise<Reached>> = {
  async httpListener(host) {
    const { url, close } = await httpHost(httpListener(host, { pollTime }))
    return { send: (init) => fetch(url, init), close }
  },
  async httpHandler(host) {
    const handle = httpHandler(host, { pollTime })
    return { send: (init) => handle(new Request('http://host/millrace', init)), close: async () => {} }
  },
}

describe.each(Object.keys(ways))('two hosts over one history, by %s', (way) => {
  it('may answer every other request of a client: nothing is lost, nothing happens twice', async () => {
    await withHosts(way, async (hosts, history) => {
      let turn = 0
      const send: typeof fetch = (_, init = {}) => (hosts[turn++ % 2] as Reached).send(init)
      await editTogether(send, 1, 15, history)
      expect(turn).toBeGreaterThan(20)
    })
  })

  it('answer three clients that share one conversation: nothing is lost, nothing happens twice', async () => {
    await withHosts(way, async (hosts, history) => {
      let turn = 0
      const send: typeof fetch = (_, init = {}) => (hosts[turn++ % 2] as Reached).send(init)
      await editTogether(send, 2, 15, history, together)
    })
  })

  it('lose requests and answers on the way: nothing is lost, nothing happens twice', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    console.log(`seed ${seed}`)
    const chance = chanceOf(seed)
    await withHosts(way, async (hosts, history) => {
      const losses = { request: 0, answer: 0 }
      const lose = (what: keyof typeof losses) => {
        losses[what] += 1
        throw new TypeError(`The ${what} was lost.`)
      }
      const send: typeof fetch = async (_, init = {}) => {
        if (chance() < 0.05) lose('request')
        const response = await (hosts[chance() < 0.5 ? 0 : 1] as Reached).send(init)
        if (chance() < 0.1) lose('answer')
        return response
      }
      await editTogether(send, seed, 25, history)
      expect(losses.answer + losses.request).toBeGreaterThan(0)
    })
  })
})

async function withHosts(
  way: string,
  body: (hosts: readonly Reached[], history: ReturnType<typeof memoryHistory>) => Promise<void>,
): Promise<void> {
  const history = memoryHistory()
  const hosts = [createHost({ documents, history }), createHost({ documents, history })]
  const reached = await Promise.all(hosts.map((host) => (ways[way] as (typeof ways)[string])(host)))
  try {
    await body(reached, history)
  } finally {
    for (const { close } of reached) await close()
    for (const host of hosts) await host.close()
  }
}

async function editTogether(
  send: typeof fetch,
  seed: number,
  rounds: number,
  history: ReturnType<typeof memoryHistory>,
  share?: (transport: Transport) => Transport,
): Promise<void> {
  const chance = chanceOf(seed)
  const own = httpTransport('http://any.of/them', { fetch: send })
  const transport = share?.(own) ?? own
  const editors = ['ann', 'bob', 'cat'].map((name) => new Editor(name, transport, !share))
  try {
    await Promise.all(editors.map(({ list }) => list.loaded))
    for (let round = 0; round < rounds; round++) {
      for (const editor of editors) if (chance() < 0.8) editor.edit(chance)
      await pause(chance() * 20)
    }
    await expectAllOnce(editors, history)
  } finally {
    for (const editor of editors) editor.close()
  }
}
