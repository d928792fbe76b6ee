import { expect } from '@jest/globals'
import { filter, firstValueFrom, Subject } from 'rxjs'
import { type Client, createClient } from '../../lib/client/client.ts'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import type { SessionInfo } from '../../lib/contracts/transport.ts'
import type { Context } from '../../lib/documents.ts'
import { realEnvironment } from '../../lib/environment.ts'
import type { SyncEvent } from '../../lib/events.ts'
import { createHost, type Host, type HostConfig } from '../../lib/host/host.ts'
import type { HostEvent } from '../../lib/host/host-event.ts'
import { ControlledHistory } from './controlled-history.ts'
import { FaultyLine } from './faulty-line.ts'
import { type List, type Lists, list, shopping } from './scene.ts'

/** A host, its way to the history, and what it reports. */
export interface Open {
  readonly host: Host<Lists>
  readonly history: ControlledHistory
  readonly events: HostEvent[]
  /** The first event of this type, past or to come. */
  event<T extends HostEvent['type']>(type: T): Promise<Extract<HostEvent, { type: T }>>
}

/** A client with the shopping list open. */
export interface Customer {
  readonly line: FaultyLine
  readonly list: List
  readonly events: SyncEvent[]
  /** Resolves when it is in step with its host. */
  live(): Promise<unknown>
  leave(): Promise<void>
}

/** Hosts over stores of any kind and clients at them, in real time, with no wait before a line is tried again. */
export class Shop {
  readonly #hosts: Host<Lists>[] = []
  readonly #clients: Client<Lists>[] = []
  readonly #environment = { ...realEnvironment, random: () => 0.01, hurry$: new Subject<void>() }

  /** A host over `adapter`, which stays open when the host is closed. */
  open<C extends Context = Context>(adapter: HistoryAdapter, config: Partial<HostConfig<Lists, C>> = {}): Open {
    const history = new ControlledHistory(adapter)
    const environment = this.#environment
    const host = createHost({ documents: { list }, history, environment, ...config } as HostConfig<Lists, C>)
    const events: HostEvent[] = []
    const changed = new Subject<HostEvent>()
    host.events$.subscribe((event) => {
      events.push(event)
      changed.next(event)
    })
    this.#hosts.push(host as unknown as Host<Lists>)
    return {
      host: host as unknown as Host<Lists>,
      history,
      events,
      async event<T extends HostEvent['type']>(type: T) {
        const is = (event: HostEvent): event is Extract<HostEvent, { type: T }> => event.type === type
        return events.find(is) ?? firstValueFrom(changed.pipe(filter(is)))
      },
    }
  }

  /** A client that has the shopping list. */
  async enter({ host }: Pick<Open, 'host'>, info: SessionInfo = {}): Promise<Customer> {
    const line = new FaultyLine(host.session(info))
    const client = createClient<Lists>({ transport: line.transport, environment: this.#environment })
    this.#clients.push(client)
    const proxy = client.open(shopping)
    const events: SyncEvent[] = []
    proxy.sync$.subscribe((event) => events.push(event))
    await proxy.loaded
    const live = () => firstValueFrom(proxy.status$.pipe(filter(({ state }) => state === 'live')))
    return { line, list: proxy, events, live, leave: async () => client.close() }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await client.close()
    for (const host of this.#hosts) {
      await host.close()
      expect(host.counts.sessions).toBe(0)
    }
  }
}
