import { filter, firstValueFrom, NEVER, Subject } from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { Commands } from '../../lib/protocol/messages.ts'
import { type ScriptedSource, scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts'

/** A batch of one command that takes about so many bytes. */
export function commands(from: number, bytes: number, at = Date.now()): Commands {
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

/** Says batch 0 to each who comes. */
export const greeting = (): ScriptedSource => scriptedSource((session) => session.say(commands(0, 1)))

/** Counts the batches it hears in order, and keeps none of them. */
export class Listener {
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

/** Three listeners with a line of their own, and one behind the proxy, who came last. */
export interface Audience {
  readonly proxy: TcpProxy
  readonly others: readonly Listener[]
  readonly slow: Listener
  leave(): Promise<void>
}

/** An audience of a greeting source, each greeted. The slow one comes by a transport of this kind. */
export async function audienceOf(port: number, kind = 'websocket'): Promise<Audience> {
  const proxy = await tcpProxy(port)
  const others = [1, 2, 3].map(() => new Listener(socketIoTransport(`http://127.0.0.1:${port}`)))
  const greeted = (listener: Listener) => listener.until(({ heard }) => heard === 1)
  await Promise.all(others.map(greeted))
  const slow = new Listener(socketIoTransport(`http://127.0.0.1:${proxy.port}`, { transports: [kind] }))
  await greeted(slow)
  return {
    proxy,
    others,
    slow,
    async leave() {
      for (const listener of [...others, slow]) listener.hangUp()
      await proxy.close()
    },
  }
}
