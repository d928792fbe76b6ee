import {
  catchError,
  concat,
  EMPTY,
  from,
  NEVER,
  Observable,
  type Observer,
  retry,
  Subject,
  Subscription,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import type { BrokenTransport } from './broken.ts'

const lostLine = 'errors with connection_lost, by itself and once: the session errors'

export const brokenEndings: readonly BrokenTransport[] = [
  {
    fault: 'swallows the completion',
    law: 'completes when the host ends the session, after everything it said',
    over: (good, source) => (outgoing) => concat(good(source)(outgoing), NEVER),
  },
  {
    fault: 'listens too late for a session that ends as it begins',
    law: 'completes when the host ends the session as it begins',
    over: (good, source) =>
      good({
        ...source,
        session: (info) => (incoming) => {
          const told = new Subject<ServerMessage>()
          source.session(info)(incoming).subscribe(told)
          return told
        },
      }),
  },
  {
    fault: 'leaves the session open on the host',
    law: 'ends the session and lets go of what the client says, on unsubscribe',
    over: (good, source) =>
      good({
        ...source,
        session: (info) => (incoming) =>
          new Observable<ServerMessage>((subscriber) => {
            source
              .session(info)(incoming)
              .subscribe((message) => subscriber.next(message))
          }),
      }),
  },
  {
    fault: 'goes on as if nobody had unsubscribed',
    law: 'ends the session and lets go of what the client says, on unsubscribe',
    over: (good, source) => (outgoing) =>
      new Observable<ServerMessage>((subscriber) => {
        good(source)(outgoing).subscribe((message) => subscriber.next(message))
      }),
  },
  {
    fault: 'emits after unsubscribe',
    law: 'is silent after unsubscribe, both ways',
    over: (good, source) => (outgoing) => unguarded(good(source)(outgoing)),
  },
  {
    fault: 'swallows an error of what the client says',
    law: 'passes on an error of what the client says',
    over: (good, source) => (outgoing) => good(source)(outgoing.pipe(catchError(() => NEVER))),
  },
  {
    fault: 'completes when the line is lost',
    law: lostLine,
    over: (good, source) => (outgoing) => good(source)(outgoing).pipe(catchError(() => EMPTY)),
  },
  {
    fault: 'names the loss of the line in its own way',
    law: lostLine,
    over: (good, source) => (outgoing) =>
      good(source)(outgoing).pipe(catchError(() => throwError(() => new Error('socket hang up')))),
  },
  {
    fault: 'reconnects by itself',
    law: lostLine,
    over: (good, source) => (outgoing) => good(source)(outgoing).pipe(retry()),
  },
  {
    fault: 'keeps what is said after the loss for the next session',
    law: 'keeps nothing of a session for the next: the session errors',
    over(good, source) {
      let kept: ClientMessage[] = []
      return (outgoing) => {
        const earlier = kept
        kept = []
        const said = outgoing.pipe(tap((message) => kept.push(message)))
        return good(source)(concat(from(earlier), said))
      }
    },
  },
]

/** Hands messages on to whoever subscribed, for a while after unsubscribing too. */
function unguarded(source: Observable<ServerMessage>): Observable<ServerMessage> {
  const subscribe = (observer: Partial<Observer<ServerMessage>>) => {
    const subscription = source.subscribe(observer)
    return new Subscription(() => timer(20).subscribe(() => subscription.unsubscribe()))
  }
  return Object.assign(new Observable<ServerMessage>(), { subscribe })
}
