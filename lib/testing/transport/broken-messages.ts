import {
  asyncScheduler,
  bufferTime,
  concatMap,
  delay,
  endWith,
  filter,
  ignoreElements,
  Observable,
  observeOn,
  share,
  takeUntil,
} from 'rxjs'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import type { BrokenTransport } from './broken.ts'

export const brokenMessages: readonly BrokenTransport[] = [
  {
    fault: 'reorders what the host says',
    law: 'delivers 1,000 messages in order',
    over: (good, source) => (outgoing) =>
      good(source)(outgoing).pipe(
        bufferTime(1, null, 2),
        concatMap((pair) => pair.reverse()),
      ),
  },
  {
    fault: 'reorders what the client says',
    law: 'delivers 1,000 messages in order',
    over: (good, source) => (outgoing) =>
      good(source)(
        outgoing.pipe(
          bufferTime(1, null, 2),
          concatMap((pair) => pair.reverse()),
        ),
      ),
  },
  {
    fault: 'delivers the last message a second time',
    law: 'delivers 1,000 messages in order',
    over: (good, source) => (outgoing) =>
      good(source)(
        outgoing.pipe(concatMap((message) => (nameOf(message) === 'list/1000' ? [message, message] : [message]))),
      ),
  },
  {
    fault: 'drops what is said on hearing',
    law: 'keeps the order of what is said on hearing',
    over: (good, source) => (outgoing) => {
      let isHearing = false
      return new Observable<ServerMessage>((subscriber) =>
        good(source)(outgoing.pipe(filter(() => !isHearing))).subscribe({
          next(message) {
            isHearing = true
            subscriber.next(message)
            isHearing = false
          },
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      )
    },
  },
  {
    fault: 'hands on the objects of the other side',
    law: 'delivers messages that are equal and share no object',
    over: (_good, source) => (outgoing) => source.session({})(outgoing).pipe(observeOn(asyncScheduler)),
  },
  {
    fault: 'carries one client of a session only',
    law: 'carries several clients in one session',
    over: (good, source) => (outgoing) => {
      let first: string | undefined
      const isFirst = (message: ClientMessage) => {
        if (!('client' in message)) return true
        first ??= message.client
        return message.client === first
      }
      return good(source)(outgoing.pipe(filter(isFirst)))
    },
  },
  {
    fault: 'ends the session when the client has said all',
    law: 'goes on when the client has said all it will',
    over: (good, source) => (outgoing) => {
      const said = outgoing.pipe(share())
      return good(source)(said).pipe(takeUntil(said.pipe(ignoreElements(), endWith(undefined), delay(1))))
    },
  },
]

function nameOf(message: ClientMessage): string | undefined {
  return 'document' in message ? message.document : undefined
}
