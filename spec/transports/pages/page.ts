import { memoryHistory } from '../../../adapters/history/memory/index.ts'
import { type Client, createClient } from '../../../lib/client/client.ts'
import type { ConnectedProxy } from '../../../lib/client/connected-proxy.ts'
import type { LineStatus } from '../../../lib/client/line.ts'
import type { Transport, Via } from '../../../lib/contracts/transport.ts'
import { type DocumentKind, document } from '../../../lib/documents.ts'
import { createHost, type Host } from '../../../lib/host/host.ts'
import { broadcastChannelTransport, serveBroadcastChannel } from '../../../transports/broadcast-channel/index.ts'
import { sharedTransport } from '../../../transports/shared/index.ts'

// Runs in a page: a host or a client, for whoever drives the page from outside.

interface TodoList {
  title: string
  todos: Record<string, { title: string }>
}
export type Lists = { list: DocumentKind<TodoList> }

let host: Host<Lists> | undefined
let client: Client<Lists> | undefined
let list: ConnectedProxy<TodoList> | undefined

const driven = {
  serve(name: string, heartbeat: number): void {
    const documents = { list: document<TodoList>({ initial: { title: '', todos: {} } }) }
    host = createHost({ documents, history: memoryHistory() })
    serveBroadcastChannel(host, name, { heartbeat })
  },
  join: (name: string, heartbeat: number): Promise<void> => open(broadcastChannelTransport(name, { heartbeat })),
  /** Like `join`, with one connection for all pages that do this. */
  share: (name: string, heartbeat: number): Promise<void> =>
    open(sharedTransport(broadcastChannelTransport(name), `all of ${name}`, { heartbeat, patience: 1_000 })),
  async add(title: string): Promise<void> {
    list?.at('todos').create({ title })
    await list?.flush()
  },
  get titles(): string {
    return Object.values(list?.getDocument()?.todos ?? {})
      .map(({ title }) => title)
      .join(' ')
  },
  get sessions(): number | undefined {
    return host?.counts.sessions
  },
  status: 'connecting' as LineStatus['state'],
  role: undefined as Via['role'],
}

async function open(transport: Transport): Promise<void> {
  client = createClient<Lists>({ transport })
  client.status$.subscribe((status) => {
    driven.status = status.state
    driven.role = status.state === 'live' ? status.via?.role : undefined
  })
  list = client.open('list/shopping')
  await list.loaded
}

export type Driven = typeof driven

Object.assign(globalThis, { driven })
