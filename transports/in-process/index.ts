import { defer, dematerialize, ignoreElements, map, materialize, merge, Subject, tap } from 'rxjs'
import type { SessionInfo, SessionSource, Transport } from '../../lib/contracts/transport.ts'
import { type Environment, realEnvironment } from '../../lib/environment.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { hostEnd } from './host-end.ts'
import { inOrder } from './in-order.ts'

/** One message of a conversation, as the other end will read it. */
export interface Recorded {
  readonly direction: 'to host' | 'to client'
  /** When it was sent, in milliseconds since 1970 by the environment's clock. */
  readonly at: number
  readonly message: unknown
}

/** How the line behaves, and who watches it. */
export interface InProcessOptions {
  /** Milliseconds that each message is on its way; a function is asked anew for each. Never reorders. @default 0 */
  readonly delay?: number | (() => number)
  /** Is handed every message, both ways, when it is sent. */
  readonly record?: (entry: Recorded) => void
  /** What the host learns of whoever connects. */
  readonly info?: SessionInfo
  readonly environment?: Pick<Environment, 'now' | 'scheduler'>
}

/**
 * Reaches a host in the same process over a line with two real ends: messages cross as JSON text, so the ends share no
 * objects, and arrive in a later turn, in order.
 *
 * ```ts
 * const transcript: Recorded[] = []
 * const transport = inProcessTransport(host, { delay: 20, record: (entry) => transcript.push(entry) })
 * const client = createClient<typeof documents>({ transport })
 * ```
 *
 * The session begins and ends together with the subscription. A message larger than the host takes is answered with
 * `invalid_message` and ends the session; a session that errors is a lost line.
 */
export function inProcessTransport(source: SessionSource, options: InProcessOptions = {}): Transport {
  const { delay = 0, record, info = {}, environment = realEnvironment } = options
  const delayOfNext = typeof delay === 'function' ? delay : () => delay

  const encode = (direction: Recorded['direction']) => (message: unknown) => {
    const text = JSON.stringify(message)
    record?.({ direction, at: environment.now(), message: JSON.parse(text) })
    return text
  }

  return (outgoing) =>
    defer(() => {
      const arriving = new Subject<string>()
      const told = hostEnd(source, info, arriving, encode('to client')).pipe(
        materialize(),
        inOrder(delayOfNext, environment.scheduler),
      )
      const said = outgoing.pipe(
        map(encode('to host')),
        inOrder(delayOfNext, environment.scheduler),
        tap((text) => arriving.next(text)),
        ignoreElements(),
      )
      return merge(told, said).pipe(
        dematerialize(),
        map((text): ServerMessage => JSON.parse(text)),
      )
    })
}
