import { type Client, createClient } from '../../../lib/client/client.ts'
import type { ConnectedProxy } from '../../../lib/client/connected-proxy.ts'
import type { LineStatus } from '../../../lib/client/line.ts'
import type { Transport } from '../../../lib/contracts/transport.ts'
import { httpTransport } from '../../../transports/http/index.ts'
import { ladder } from '../../../transports/ladder/index.ts'
import { sharedTransport } from '../../../transports/shared/index.ts'
import { socketIoTransport } from '../../../transports/socket-io/index.ts'
import type { documents, List } from '../../support/documents.ts'

// Runs in a page of a `site`: a client of its host, for whoever drives the page from outside.

const webSocket = socketIoTransport(location.origin, { transports: ['websocket'] })
const polling = httpTransport(`${location.origin}/millrace`)

const transports = {
  ladder: ladder([webSocket, polling], { patience: 1_000, climbAfter: 300 }),
  shared: sharedTransport(webSocket, 'lists', { heartbeat: 500, patience: 1_000 }),
} satisfies Record<string, Transport>

let client: Client<typeof documents> | undefined
let list: ConnectedProxy<List> | undefined
let ticks = 0
setInterval(() => ticks++, 20)

const driven = {
  async open(way: keyof typeof transports): Promise<void> {
    client = createClient<typeof documents>({ transport: transports[way] })
    client.status$.subscribe((status) => {
      driven.status = status
    })
    list = client.open('list/shopping')
    await list.loaded
  },
  /** Without waiting for anything. */
  add(...titles: readonly string[]): void {
    for (const title of titles) list?.at('todos').create({ title })
  },
  async saved(): Promise<void> {
    await list?.flush()
  },
  /** What the page shows, and how many todos that is. */
  get text(): string {
    return JSON.stringify(list?.getDocument())
  },
  get size(): number {
    return Object.keys(list?.getDocument()?.todos ?? {}).length
  },
  /** How far its timers came. */
  get ticks(): number {
    return ticks
  },
  status: { state: 'connecting' } as LineStatus,
}

export type DrivenAtASite = typeof driven

Object.assign(globalThis, { driven })
