import {
  catchError,
  concat,
  from,
  ignoreElements,
  merge,
  NEVER,
  Observable,
  ReplaySubject,
  share,
  skipUntil,
  tap,
  timer,
} from 'rxjs'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import type { BrokenTransport } from './broken.ts'

export const brokenOpenings: readonly BrokenTransport[] = [
  {
    fault: 'connects before it is subscribed',
    law: 'does nothing before it is subscribed',
    over(good, source) {
      good(source)(NEVER).subscribe()
      return good(source)
    },
  },
  {
    fault: 'subscribes twice to what the client says',
    law: 'subscribes once to what the client says',
    over: (good, source) => (outgoing) => merge(good(source)(outgoing), outgoing.pipe(ignoreElements())),
  },
  {
    fault: 'drops what is said while the line comes up',
    law: 'carries in order what is said while the line comes up',
    over: (good, source) => (outgoing) => good(source)(outgoing.pipe(skipUntil(timer(0)))),
  },
  {
    fault: 'gathers without a bound while the line comes up',
    law: 'gives up a line that does not come up',
    over: (good, source) => (outgoing) => {
      const gathered = new ReplaySubject<ClientMessage>()
      outgoing.subscribe(gathered)
      return good(source)(gathered)
    },
  },
  {
    fault: 'waits for a line for ever',
    law: 'gives up a line that does not come up',
    over: (good, source) => (outgoing) => good(source)(outgoing).pipe(catchError(() => NEVER)),
  },
  {
    fault: 'connects though it was unsubscribed meanwhile',
    law: 'leaves nothing of a client that unsubscribes at once',
    over: (good, source) => (outgoing) =>
      new Observable<ServerMessage>((subscriber) => {
        timer(0).subscribe(() => good(source)(outgoing).subscribe((message) => subscriber.next(message)))
      }),
  },
  {
    fault: 'begins each session with what was said in those before',
    law: 'begins a fresh session with the next subscription',
    over(good, source) {
      const said: ClientMessage[] = []
      return (outgoing) => good(source)(concat(from(said.slice()), outgoing.pipe(tap((message) => said.push(message)))))
    },
  },
  {
    fault: 'shares one session among its subscribers',
    law: 'gives every subscription a session of its own',
    over(good, source) {
      const session = good(source)(NEVER).pipe(share())
      return () => session
    },
  },
]
