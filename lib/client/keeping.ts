import type { ConnectedProxy } from './connected-proxy.ts'
import type { Connection, OpenOptions } from './opening.ts'

/** Keeps the documents of a client over a restart; made by `offline`, from millrace/offline. */
export interface Keeping {
  /** A document that is kept, and goes on from what was kept. */
  open<T extends object>(connection: Connection, options: OpenOptions<T>): ConnectedProxy<T>
  /** Resolves when all is written. Idempotent. */
  close(): Promise<void>
}
