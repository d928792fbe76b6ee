import { concat, defer, filter, ignoreElements, merge, type Observable, of, Subject, share, tap } from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'

/** One conversation for all who use it, as tabs share a connection: each hears all that is told, and finds its own. */
export function together(inner: Transport): Transport {
  const said = new Subject<ClientMessage>()
  let welcome: ServerMessage | undefined
  const hello: ClientMessage = { type: 'hello', protocol: 1 }
  const heard: Observable<ServerMessage> = defer(() => {
    welcome = undefined
    return inner(concat(of(hello), said))
  }).pipe(
    tap((message) => {
      if (message.type === 'welcome') welcome = message
    }),
    share(),
  )
  return (outgoing) => {
    const mine = outgoing.pipe(
      filter(({ type }) => type !== 'hello'),
      tap((message) => said.next(message)),
      ignoreElements(),
    )
    return merge(
      mine,
      heard,
      defer(() => (welcome ? of(welcome) : of())),
    )
  }
}
