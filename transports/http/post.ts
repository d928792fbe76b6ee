import { defer, map, Observable, timeout } from 'rxjs'
import { MillraceError, messageOf } from '../../lib/errors.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { mediaType } from './wire.ts'

/** How a host is reached by HTTP. */
export interface HttpOptions {
  /** Options of fetch for each request, as `headers`, or `credentials: 'include'` for cookies of another origin. */
  readonly init?: Omit<RequestInit, 'body' | 'method' | 'signal'>
  /** What to fetch with. @default the global one */
  readonly fetch?: typeof fetch
  /**
   * Milliseconds until a request without an answer counts as lost, beyond those that the host holds it.
   * @default 10_000
   */
  readonly answerTime?: number
}

type Sending = Pick<HttpOptions, 'fetch' | 'init'>

export interface Answer {
  readonly messages: readonly ServerMessage[]
  /** The host has ended the session. */
  readonly isOver: boolean
}

/** One request. Emits its answer once; unsubscribing aborts it. Errors with `connection_lost` where it has none. */
export function post(url: string, body: string, within: number, options: Sending): Observable<Answer> {
  return responseTo(url, body, options).pipe(
    timeout({
      first: within,
      with: () => defer(() => Promise.reject(lost(url, `no answer within ${within} ms`))),
    }),
    map(({ status, text }) => ({ messages: messagesIn(url, status, text), isOver: status !== 200 })),
  )
}

interface Received {
  readonly status: number
  readonly text: string
}

function responseTo(url: string, body: string, { fetch: send = fetch, init = {} }: Sending): Observable<Received> {
  return new Observable((subscriber) => {
    const controller = new AbortController()
    subscriber.add(() => controller.abort())
    const headers = new Headers(init.headers)
    headers.set('content-type', mediaType)
    const receive = async (): Promise<void> => {
      const response = await send(url, { ...init, method: 'POST', headers, body, signal: controller.signal })
      subscriber.next({ status: response.status, text: await response.text() })
      subscriber.complete()
    }
    receive().catch((error: unknown) => subscriber.error(lost(url, reasonOf(error), { cause: error })))
  })
}

/** A host answers with a list, whatever its status; what else answers is something between. */
function messagesIn(url: string, status: number, text: string): readonly ServerMessage[] {
  try {
    const messages: unknown = JSON.parse(text)
    if (Array.isArray(messages)) return messages
  } catch {
    // Told below.
  }
  throw lost(url, `it answered with status ${status}`, { status })
}

function lost(url: string, reason: string, more: { readonly cause?: unknown; readonly status?: number } = {}): Error {
  const { cause, ...data } = more
  return new MillraceError(
    'connection_lost',
    `No connection to ${url}: ${reason}.`,
    { where: url, reason, ...data },
    cause,
  )
}

/** Node's fetch says what happened in the cause alone. */
function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: unknown }
  return cause === undefined ? messageOf(error) : `${messageOf(error)}, ${messageOf(cause)}`
}
