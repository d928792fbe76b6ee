import {
  concat,
  defer,
  filter,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  of,
  startWith,
  switchMap,
  take,
  tap,
  throwError,
  timeout,
} from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import { realEnvironment } from '../../lib/environment.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { channelOf, type Frame, type Notice, noticeIn } from './frames.ts'
import { converse, type LineOptions, lost } from './line.ts'

/** How a host on a channel is reached. */
export interface BroadcastChannelOptions extends LineOptions {
  /** Milliseconds until a call that nobody accepts counts as lost. @default 10_000 */
  readonly connectTimeout?: number
}

/**
 * Reaches a host in another tab, worker or thread, behind `serveBroadcastChannel` with the same name.
 *
 * ```ts
 * const client = createClient<typeof documents>({ transport: broadcastChannelTransport('lists') })
 * ```
 *
 * A host that begins to serve while it is called is reached at once. Where several serve one name, the first that
 * accepts is taken. A page that closes says so; one that crashed or stands still is noticed by its silence.
 */
export function broadcastChannelTransport(name: string, options: BroadcastChannelOptions = {}): Transport {
  const { connectTimeout = 10_000, environment = realEnvironment } = options

  return (outgoing) =>
    defer(() => {
      const session = environment.id()
      const channel = new BroadcastChannel(channelOf(name, session))
      const nobody = () => throwError(() => lost(`Nobody answers on the channel '${name}'.`))
      const accepted = call(name, session).pipe(
        timeout({ first: connectTimeout, with: nobody, scheduler: environment.scheduler }),
      )
      const said = concat(of<Frame>({ type: 'begin' }), outgoing.pipe(map(encode)), NEVER)
      return accepted.pipe(
        switchMap((host) => converse({ channel, here: session, there: host }, said, options, environment)),
        filter((frame) => frame.type === 'say'),
        map(({ text }) => decode(text)),
        finalize(() => channel.close()),
      )
    })
}

const encode = (message: unknown): Frame => ({ type: 'say', text: JSON.stringify(message) })

function decode(text: string): ServerMessage {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw lost('The host said what is no message.', cause)
  }
}

/** Calls until a host accepts, and emits its name. */
function call(name: string, session: string): Observable<string> {
  return defer(() => {
    const lobby = new BroadcastChannel(name)
    const notices = (fromEvent(lobby, 'message') as Observable<MessageEvent<unknown>>).pipe(
      map(({ data }) => noticeIn(data)),
    )
    const calling = notices.pipe(
      filter((notice) => notice?.type === 'here'),
      startWith(undefined),
      tap(() => lobby.postMessage({ type: 'call', session } satisfies Notice)),
      ignoreElements(),
    )
    const accepted = notices.pipe(
      filter((notice) => notice?.type === 'accept'),
      filter((notice) => notice.session === session),
      map(({ host }) => host),
    )
    return merge(accepted, calling).pipe(
      take(1),
      finalize(() => lobby.close()),
    )
  })
}
