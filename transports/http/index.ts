import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  filter,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  Subject,
  switchMap,
  throwError,
} from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { Conversation, type Scope } from './conversation.ts'
import { inBatches } from './in-batches.ts'
import { inPlaces } from './places.ts'
import { polling } from './polling.ts'
import { type HttpOptions, post } from './post.ts'
import { encodeSaid, type Said, takeTogether } from './said.ts'
import { bodyOf } from './wire.ts'

export type { HttpOptions } from './post.ts'

/**
 * Reaches a host behind `httpListener` or `httpHandler`, where WebSockets do not get through: by long polling over
 * fetch, one poll for all documents.
 *
 * ```ts
 * const client = createClient<typeof documents>({ transport: httpTransport('https://example.com/millrace') })
 * ```
 *
 * Each request may be answered by another host of the same history, for it says again who asks and where each document
 * stands. Of all tabs of a browser three wait at a time, and the others ask every second, so that connections are left
 * for other requests; over HTTP/2 all wait. A poll that a proxy gives up (504) is asked again for a shorter time. A line
 * that went silent is noticed after the host's `pollTime` and `answerTime`.
 */
export function httpTransport(url: string, options: HttpOptions = {}): Transport {
  const { answerTime = 10_000 } = options

  return (outgoing) =>
    defer(() => {
      const conversation = new Conversation()
      const opened = new Subject<void>()
      const refused = new Subject<ServerMessage>()

      function ask(scope: Scope, say: readonly string[], wait?: number): Observable<ServerMessage> {
        const within = (wait ?? conversation.pollTime) + answerTime
        return post(url, bodyOf(scope.resume, say, wait), within, options).pipe(
          mergeMap(({ messages, isOver }) =>
            concat(
              from(messages).pipe(filter((message) => conversation.take(message, scope))),
              isOver ? throwError(() => hostEnded) : EMPTY,
            ),
          ),
        )
      }

      function say(batch: readonly Said[]): Observable<ServerMessage> {
        const messages = batch.map(({ message }) => message)
        const texts = batch.map(({ text }) => text)
        const scope = conversation.about(messages)
        const answered = defer(() => {
          conversation.answered(scope)
          if (conversation.wantsPoll) opened.next()
          return EMPTY
        })
        return concat(ask(scope, texts), answered)
      }

      const polls = polling(
        () => conversation.pollTime,
        inPlaces(url, (wait) => ask(conversation.all(), [], wait)),
      )
      const said = outgoing.pipe(
        filter((message) => {
          const refusal = conversation.note(message)
          if (refusal) refused.next(refusal)
          return !refusal
        }),
        map(encodeSaid),
        inBatches(takeTogether, say),
      )
      // As from afar: not before all is said that one turn says.
      const refusals = refused.pipe(concatMap((refusal) => Promise.resolve(refusal)))
      return merge(refusals, opened.pipe(switchMap(() => polls)), said)
    }).pipe(catchError((error: unknown) => (error === hostEnded ? EMPTY : throwError(() => error))))
}

const hostEnded = new Error('The host has ended the session.')
