import { concat, defer, EMPTY, filter, map, type Observable, of, switchMap, take, takeUntil, tap } from 'rxjs'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { byteLength } from '../../lib/protocol/fingerprint.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import type { Frame } from './frames.ts'

/**
 * What the host says on a line, given what is heard on it: a session, from the client's first frame until it is over or
 * heard a message that is too large.
 */
export function sessionOver(
  source: SessionSource,
  heard: Observable<Frame>,
  encode: (message: ServerMessage) => string,
): Observable<Frame> {
  return defer(() => {
    const { maxMessageBytes } = source
    let refusal: ServerMessage | undefined
    const texts = heard.pipe(
      filter((frame) => frame.type === 'say'),
      map(({ text }) => text),
    )
    const refused = texts.pipe(
      filter((text) => exceeds(text, maxMessageBytes)),
      tap((text) => {
        const message = `Message refused: ${byteLength(text)} bytes, this host takes ${maxMessageBytes}.`
        refusal = { type: 'error', code: 'invalid_message', message }
      }),
    )
    // `refused` hears each text first, so the session never does where it is too large.
    const session = defer(() => source.session({})(texts.pipe(map(decode)))).pipe(takeUntil(refused))
    const lastWord = defer(() => (refusal === undefined ? EMPTY : of(refusal)))
    return heard.pipe(
      filter(({ type }) => type === 'begin'),
      take(1),
      switchMap(() => concat(session, lastWord)),
      map((message): Frame => ({ type: 'say', text: encode(message) })),
    )
  })
}

/** What is no JSON is left to the session, which answers it like any other message that is none. */
function decode(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** No character takes more than three bytes, so most texts need not be measured. */
function exceeds(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && byteLength(text) > bytes
}
