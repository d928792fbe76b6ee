import { expect } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { type Client, type ClientConfig, createClient } from '../../lib/client/client.ts'
import type { ConnectedProxy } from '../../lib/client/connected-proxy.ts'
import type { OpenOptions } from '../../lib/client/opening.ts'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import type { SessionInfo } from '../../lib/contracts/transport.ts'
import { type Context, type DocumentKind, document } from '../../lib/documents.ts'
import type { SyncEvent } from '../../lib/events.ts'
import { createHost, type Host, type HostConfig } from '../../lib/host/host.ts'
import type { HostEvent } from '../../lib/host/host-event.ts'
import { ControlledHistory } from './controlled-history.ts'
import { FaultyLine } from './faulty-line.ts'
import { ManualTime, quiet } from './manual-time.ts'
import { Spoken } from './spoken.ts'

export interface Todo {
  title: string
  done?: boolean
  size?: number
}
export interface TodoList {
  title: string
  todos: Record<string, Todo>
}

export const emptyList: TodoList = { title: '', todos: {} }
export const list: DocumentKind<TodoList> = document<TodoList>({ initial: emptyList })
export type Lists = { list: DocumentKind<TodoList> }
export type List = ConnectedProxy<TodoList>
export const shopping = 'list/shopping'

/** A host, its way to the history, and what it reported. */
export interface Served {
  readonly host: Host<Lists>
  readonly history: ControlledHistory
  readonly events: HostEvent[]
}

/** A client with one list open, over a line of its own. */
export interface Guest {
  readonly line: FaultyLine
  readonly client: Client<Lists>
  readonly list: List
  readonly events: SyncEvent[]
}

interface Joining {
  readonly info?: SessionInfo
  readonly config?: Partial<ClientConfig>
  readonly options?: OpenOptions<TodoList>
}

/** Hosts over one history and guests at them, in manual time; closing it proves that nothing stays. */
export class Scene {
  readonly time = new ManualTime()
  readonly memory: HistoryAdapter
  readonly #hosts: Host<Lists>[] = []
  readonly #guests: Client<Lists>[] = []
  readonly #dead: Promise<void>[] = []

  constructor(memory: HistoryAdapter = memoryHistory()) {
    this.memory = memory
  }

  serve<C extends Context = Context>(config: Partial<HostConfig<Lists, C>> = {}): Served {
    const history = new ControlledHistory(this.memory)
    const { environment } = this.time
    const host = createHost({ documents: { list }, history, environment, ...config } as HostConfig<Lists, C>)
    const events: HostEvent[] = []
    host.events$.subscribe((event) => events.push(event))
    this.#hosts.push(host as unknown as Host<Lists>)
    return { host: host as unknown as Host<Lists>, history, events }
  }

  /** The host's process dies, with what it had under way. */
  crash({ host, history }: Served): void {
    history.die()
    this.#hosts.splice(this.#hosts.indexOf(host), 1)
    this.#dead.push(host.close())
  }

  /** A client that has opened the shopping list. */
  join({ host }: Pick<Served, 'host'>, { info, config, options }: Joining = {}): Guest {
    const line = new FaultyLine(host.session(info))
    const client = createClient<Lists>({ transport: line.transport, environment: this.time.environment, ...config })
    this.#guests.push(client)
    const proxy = client.open(shopping, options)
    const events: SyncEvent[] = []
    proxy.sync$.subscribe((event) => events.push(event))
    return { line, client, list: proxy, events }
  }

  /** A client that has the shopping list. */
  async seat(served: Pick<Served, 'host'>, joining: Joining = {}): Promise<Guest> {
    const guest = this.join(served, joining)
    await guest.list.loaded
    return guest
  }

  /** A session without a client, past hello. */
  async talk({ host }: Pick<Served, 'host'>, info?: SessionInfo): Promise<Spoken> {
    const session = new Spoken(host, info)
    await session.hello()
    return session
  }

  /** All of the history, as it is applied. */
  async titles(): Promise<string[]> {
    const { host } = this.serve()
    const master = await host.open(shopping)
    const { todos } = master.getSnapshot().document
    master.close()
    return Object.values(todos).map(({ title }) => title)
  }

  async close(): Promise<void> {
    for (const guest of this.#guests) guest.close()
    await quiet()
    for (const host of this.#hosts) {
      await host.close()
      expect(host.counts.sessions).toBe(0)
    }
    // The dead wait for a history that does not answer, as long as hosts do.
    if (this.#dead.length > 0) await this.time.pass(10_000)
    await Promise.all(this.#dead)
    await this.memory.close()
    expect(this.time.timers).toBe(0)
  }
}

export const titlesOf = (proxy: List): string[] => Object.values(proxy.getDocument().todos).map(({ title }) => title)

/** Adds a todo, which succeeds. */
export function add(proxy: List, title: string, id?: string) {
  const result = proxy.apply({ action: 'create', path: ['todos'], props: { title }, ...(id !== undefined && { id }) })
  if (!result.isSuccess) throw new Error(result.error)
  return result
}
