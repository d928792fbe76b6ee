import { defer, tap } from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'

/**
 * Watches what comes over a transport for one client of one document: a welcome once, and each batch once, where it
 * follows. What does not is told to `fault`.
 */
export const inStep =
  (transport: Transport, fault: (message: ServerMessage) => void): Transport =>
  (outgoing) =>
    defer(() => {
      let mark: string | undefined
      let welcomes = 0
      const follow = (message: ServerMessage, follows: string, next: string) => {
        if (mark !== follows) fault(message)
        mark = next
      }
      const said = tap((message: ClientMessage) => {
        if (message.type === 'open') mark = message.position?.mark
      })
      const heard = tap((message: ServerMessage) => {
        if (message.type === 'welcome' && ++welcomes > 1) fault(message)
        if (message.type === 'snapshot') mark = message.position.mark
        if (message.type === 'commands') follow(message, message.follows, message.mark)
        if (message.type === 'flushed' && message.follows) follow(message, message.follows.mark, message.position.mark)
      })
      return transport(outgoing.pipe(said)).pipe(heard)
    })
