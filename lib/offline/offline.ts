import type { Keeping } from '../client/keeping.ts'
import type { Storage } from '../contracts/storage.ts'
import { KeptProxy } from './kept-proxy.ts'
import { queuesIn } from './queues.ts'

/** How a client's documents are kept. */
export interface OfflineOptions {
  /**
   * How long a page or process that says nothing keeps its queue, in milliseconds, while the storage cannot tell that it
   * is gone: a page that sleeps. @default 90,000
   */
  readonly lease?: number
}

/**
 * Keeps a client's documents in a storage: each starts from there, with no network, and nothing that was kept is lost
 * with the page or process, or sent twice. The client closes the storage.
 *
 * ```ts
 * createClient<typeof documents>({ transport, storage: offline(indexedDbStorage('todos')) })
 * ```
 */
export function offline(storage: Storage, { lease = 90_000 }: OfflineOptions = {}): Keeping {
  const queues = queuesIn(storage, lease)
  return {
    open(connection, options) {
      const proxy = new KeptProxy(connection, options)
      void proxy.start(queues, options.initial)
      return proxy
    },
    close: queues.close,
  }
}
