import { catchError, defer, filter, map, type Observable, of, takeUntil, tap } from 'rxjs'
import type { SessionInfo, SessionSource } from '../../lib/contracts/transport.ts'
import { MillraceError } from '../../lib/errors.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'

/**
 * The host's end of the line: a session that is fed the texts that arrive, until one is too large. That one is answered
 * with `invalid_message`, and the session is over.
 */
export function hostEnd(
  source: SessionSource,
  info: SessionInfo,
  arriving: Observable<string>,
  encode: (message: ServerMessage) => string,
): Observable<string> {
  const incoming = arriving.pipe(map((text): unknown => JSON.parse(text)))
  const tooLarge = arriving.pipe(
    filter((text) => exceeds(text, source.maxMessageBytes)),
    tap((text) => {
      throw new TooLarge(`Message refused: ${byteLength(text)} bytes, this host takes ${source.maxMessageBytes}.`)
    }),
  )
  return defer(() => source.session(info)(incoming)).pipe(
    map(encode),
    catchError((cause: unknown) => {
      throw new MillraceError('connection_lost', 'The host broke off the session.', {}, cause)
    }),
    // Listens before the session does, which therefore never hears of what is too large.
    takeUntil(tooLarge),
    catchError((error: unknown) => {
      if (!(error instanceof TooLarge)) throw error
      return of(encode({ type: 'error', code: 'invalid_message', message: error.message }))
    }),
  )
}

class TooLarge extends Error {}

const utf8 = new TextEncoder()

function byteLength(text: string): number {
  return utf8.encode(text).length
}

/** No character takes more than three bytes, so most texts need not be encoded to know. */
function exceeds(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && byteLength(text) > bytes
}
