import { audit, distinctUntilChanged, filter, map, type Observable, startWith } from 'rxjs'
import type { Transport } from '../contracts/transport.ts'
import type { DocumentKinds, DocumentOf } from '../documents.ts'
import { type Environment, realEnvironment } from '../environment.ts'
import { MillraceError } from '../errors.ts'
import { ConnectedProxy } from './connected-proxy.ts'
import type { Keeping } from './keeping.ts'
import { Line, type LineStatus } from './line.ts'
import type { FlushPolicy, OpenOptions } from './opening.ts'

/** How a client reaches its host, who it is, and when it flushes. */
export interface ClientConfig {
  /** How to reach the host. */
  readonly transport: Transport
  /** Says who this is; asked anew for each connection. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>)
  /** The version of the application, for the host to judge. */
  readonly app?: string
  /** When to flush. @default as soon as something is pending, all that one turn of the event loop applied together */
  readonly flushWhen?: FlushPolicy
  /**
   * Keeps documents and what waits in them over a restart: `offline(indexedDbStorage('todos'))`, from millrace/offline.
   * @default nothing is kept
   */
  readonly storage?: Keeping
  /** Time and chance. @default the real ones */
  readonly environment?: Environment
}

/** Documents of a host, over one connection. */
export interface Client<K extends DocumentKinds> {
  /** How the connection stands. Replays the latest; completes on close. */
  readonly status$: Observable<LineStatus>
  /** A document by its id; the same proxy while it is open. Throws `invalid_id` for what is no text or an empty one. */
  open<N extends Extract<keyof K, string>>(
    id: `${N}/${string}`,
    options?: OpenOptions<DocumentOf<K[N]>>,
  ): ConnectedProxy<DocumentOf<K[N]>>
  /**
   * Closes every document and the connection. Idempotent. Without a storage, what is not flushed is lost:
   * `await proxy.flush()` first.
   */
  close(): void
  /** Resolves when it was closed and its storage, if there is one, has everything. */
  readonly closed: Promise<void>
  /** The same as `close`. */
  [Symbol.dispose](): void
  /** The same as `close`, then `closed`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Makes a client. It connects when the first document is opened. */
export function createClient<K extends DocumentKinds>(config: ClientConfig): Client<K> {
  const environment = config.environment ?? realEnvironment
  const { token, app, storage, flushWhen = soon } = config
  const newLine = () =>
    new Line({
      transport: config.transport,
      environment,
      token: typeof token === 'function' ? token : () => token,
      ...(app !== undefined && { app }),
    })
  const line = newLine()
  const proxies = new Map<string, ConnectedProxy<never>>()
  let isClosed = false
  let settleClosed: (kept: Promise<void> | undefined) => void = () => undefined
  const closed = new Promise<void>((resolve) => {
    settleClosed = resolve as typeof settleClosed
  })

  const close = () => {
    isClosed = true
    for (const proxy of [...proxies.values()]) proxy.close()
    line.close()
    settleClosed(storage?.close())
  }

  return {
    status$: line.changed.pipe(
      startWith(undefined),
      map(() => line.status),
      distinctUntilChanged(),
    ),

    open<N extends Extract<keyof K, string>>(id: `${N}/${string}`, options: OpenOptions<DocumentOf<K[N]>> = {}) {
      if (isClosed) throw new MillraceError('closed', 'This client was closed: make a new one.')
      if (!id || typeof id !== 'string') {
        throw new MillraceError('invalid_id', 'A document is opened by its id, as "list/shopping".')
      }
      const known = proxies.get(id)
      if (known) return known as unknown as ConnectedProxy<DocumentOf<K[N]>>
      const left = () => proxies.delete(id)
      const connection = { id, line, anotherLine: newLine, environment, flushWhen, left }
      const proxy = (storage ?? unkept).open<DocumentOf<K[N]>>(connection, options)
      proxies.set(id, proxy as unknown as ConnectedProxy<never>)
      return proxy
    },

    close,
    closed,
    [Symbol.dispose]: close,
    async [Symbol.asyncDispose]() {
      close()
      await closed
    },
  }
}

/** Where nothing is kept. */
const unkept: Pick<Keeping, 'open'> = {
  open(connection, options) {
    const proxy = new ConnectedProxy(connection, options)
    proxy.begin(options.initial)
    return proxy
  },
}

const soon: FlushPolicy = (pending$) =>
  pending$.pipe(
    filter((pending) => pending > 0),
    audit(() => Promise.resolve()),
  )
