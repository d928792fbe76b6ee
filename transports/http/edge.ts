import { catchError, config, defer, map, type Observable, of, switchMap } from 'rxjs'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { hasCode } from '../../lib/errors.ts'
import { askOf, type BodyBounds, checkHeaders, readAsk } from './body.ts'
import { encoder } from './encoded.ts'
import { checkOrigins, type Header, permission, preflight } from './origins.ts'
import { emptyReply, Refusal, type Reply } from './reply.ts'
import { shortSession } from './short-session.ts'
import { defaultPollTime } from './wire.ts'

/** How a host is served by HTTP. */
export interface ServeHttpOptions {
  /**
   * The origins of pages that may speak with the host, as `https://app.example`, beside those that came from it. Programs
   * that are no pages name none.
   */
  readonly origins?: readonly string[]
  /**
   * Milliseconds that a request is held where there is nothing to tell; announced to clients. Choose less than proxies
   * wait for an answer. @default 25_000
   */
  readonly pollTime?: number
  /**
   * Milliseconds that a request's body may take to arrive, and that a client may take nothing of its answer.
   * @default 10_000
   */
  readonly bodyTime?: number
  /** Characters after which an answer is sent without waiting for what else there is. @default 8_000_000 */
  readonly maxAnswer?: number
}

export const defaultBodyTime = 10_000

/** One request, whatever it came by. */
export interface Visit {
  readonly method: string
  readonly header: Header
  /** The body, as it arrives; unsubscribing takes no more. */
  readonly chunks: Observable<Uint8Array>
  /** The body, where somebody has read it already. */
  readonly parsed?: unknown
  /** What `authenticate` gets to see. */
  readonly request: unknown
}

/** What a client says again, and what it says together, beside one message of the largest size. */
const besideAMessage = 262_144

/** Answers requests. Every one gets one reply; unsubscribing before that frees what waits. Never errors. */
export function edgeOf(source: SessionSource, options: ServeHttpOptions): (visit: Visit) => Observable<Reply> {
  const { origins = [], pollTime = defaultPollTime, bodyTime = defaultBodyTime, maxAnswer = 8_000_000 } = options
  checkOrigins(origins)
  const encode = encoder()
  const bounds = (): BodyBounds => ({
    maxMessageBytes: source.maxMessageBytes,
    maxBytes: source.maxMessageBytes + besideAMessage,
    time: bodyTime,
  })

  function sessionFor(visit: Visit): Observable<Reply> {
    checkHeaders(visit.header, bounds())
    const ask =
      visit.parsed === undefined ? readAsk(visit.chunks, bounds()) : of(askOf(visit.parsed, sizeSaid(visit), bounds()))
    return ask.pipe(
      switchMap((said) =>
        shortSession(source, { request: visit.request }, said, { encode, pollTime, maxAnswer }).pipe(
          catchError((error: unknown) => of(brokenOff(error))),
        ),
      ),
    )
  }

  return (visit) =>
    defer(() => {
      const permitted = permission(visit.header, origins)
      return answer(visit, sessionFor).pipe(map((reply) => ({ ...reply, headers: { ...reply.headers, ...permitted } })))
    }).pipe(catchError((error: unknown) => of(refused(error))))
}

function answer(visit: Visit, session: (visit: Visit) => Observable<Reply>): Observable<Reply> {
  if (visit.method === 'OPTIONS') return of(emptyReply(204, preflight(visit.header)))
  return defer(() => {
    if (visit.method !== 'POST') throw new Refusal(405, 'invalid_message', 'Only POST.', { allow: 'POST, OPTIONS' })
    return session(visit)
  }).pipe(catchError((error: unknown) => of(refused(error))))
}

const sizeSaid = ({ header }: Visit): number => Number(header('content-length') ?? Number.POSITIVE_INFINITY)

/** The session errored, which is a lost line for the client: nothing is a list of messages. */
function brokenOff(error: unknown): Reply {
  if (!hasCode(error)) config.onUnhandledError?.(error)
  return emptyReply(hasCode(error) ? 503 : 500, {})
}

/** Whatever else goes wrong before there is a session is the request's fault, or a lost line. */
function refused(error: unknown): Reply {
  return error instanceof Refusal ? error.reply : emptyReply(400, { connection: 'close' })
}
