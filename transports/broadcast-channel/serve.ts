import {
  catchError,
  config,
  defer,
  EMPTY,
  filter,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  Subject,
  Subscription,
  tap,
} from 'rxjs'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { realEnvironment } from '../../lib/environment.ts'
import { hasCode } from '../../lib/errors.ts'
import { encoder } from './encoder.ts'
import { channelOf, type Frame, type Notice, noticeIn } from './frames.ts'
import { converse, type LineOptions } from './line.ts'
import { sessionOver } from './session.ts'

/** How a host on a channel treats its clients. */
export interface ServeBroadcastChannelOptions extends LineOptions {
  /** Calls that were accepted and wait for their session to begin; what is beyond is not answered. @default 1_000 */
  readonly maxWaiting?: number
}

/**
 * Serves a host to the other tabs, workers and threads, on the BroadcastChannels of this name: to pages of the same
 * origin, or to threads of the same process. Each session has a channel of its own.
 *
 * ```ts
 * const host = createHost({ documents, history: memoryHistory() })
 * const serving = serveBroadcastChannel(host, 'lists')
 * ```
 *
 * Whoever runs in the same origin may speak and listen on every channel; what comes in is checked as if it came over
 * the network, and what is no frame of this line, or not for it, is passed over. A message that is larger than the host
 * takes is answered with `invalid_message` and ends the session. A message object that several sessions emit is
 * encoded once. A name is served by one host. Unsubscribing ends all sessions.
 */
export function serveBroadcastChannel(
  source: SessionSource,
  name: string,
  options: ServeBroadcastChannelOptions = {},
): Subscription {
  const { environment = realEnvironment, maxWaiting = 1_000 } = options
  const here = environment.id()
  const lobby = new BroadcastChannel(name)
  const serving = new Subscription()
  const encode = encoder()
  const open = new Set<string>()
  const waiting = new Set<string>()

  function serve(session: string): Observable<never> {
    return defer(() => {
      const channel = new BroadcastChannel(channelOf(name, session))
      const heard = new Subject<Frame>()
      open.add(session)
      waiting.add(session)
      lobby.postMessage({ type: 'accept', session, host: here } satisfies Notice)
      const saying = sessionOver(source, heard, encode)
      return converse({ channel, here, there: session }, saying, options, environment).pipe(
        tap((frame) => {
          if (frame.type === 'begin') waiting.delete(session)
          heard.next(frame)
        }),
        ignoreElements(),
        catchError(report),
        finalize(() => {
          channel.close()
          open.delete(session)
          waiting.delete(session)
        }),
      )
    })
  }

  const calls = (fromEvent(lobby, 'message') as Observable<MessageEvent<unknown>>).pipe(
    map(({ data }) => noticeIn(data)),
    filter((notice) => notice?.type === 'call'),
    map(({ session }) => session),
    filter((session) => !open.has(session) && waiting.size < maxWaiting),
  )
  serving.add(calls.pipe(mergeMap(serve)).subscribe())
  serving.add(() => lobby.close())
  lobby.postMessage({ type: 'here' } satisfies Notice)
  return serving
}

function report(error: unknown): Observable<never> {
  if (!hasCode(error)) config.onUnhandledError?.(error)
  return EMPTY
}
