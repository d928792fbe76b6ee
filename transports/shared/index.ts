import { catchError, defer, dematerialize, materialize, type Observable, switchMap, takeUntil, using } from 'rxjs'
import type { Transport, Via } from '../../lib/contracts/transport.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { broadcastChannelTransport, type LineOptions, serveBroadcastChannel } from '../broadcast-channel/index.ts'
import { elect, untilFree } from './election.ts'
import { pageFreezes } from './freezing.ts'
import { Hub } from './hub.ts'

/** How tabs share a connection. */
export interface SharedOptions extends LineOptions {
  /**
   * Milliseconds: who does not answer for so long is asked, and is gone if that takes as long again. A leader that stands
   * still is noticed after two to three times that; one that closed, crashed or is frozen by its browser at once.
   * @default 5_000
   */
  readonly heartbeat?: number
  /** Milliseconds that a leader has to take a follower in, before that one takes its place. @default 3_000 */
  readonly patience?: number
  /** Who elects the leader. @default those of the browser, where it has them */
  readonly locks?: LockManager | undefined
}

/**
 * One connection for all tabs of an origin that use this name: one of them leads and has it, the others speak to the
 * host through the leader, each under its own names.
 *
 * ```ts
 * const transport = sharedTransport(socketIoTransport(location.origin), `lists of ${user}`)
 * ```
 *
 * When the leader closes, crashes or is frozen by its browser another follows at once; one that stands still without
 * being told, as in a debugger, is replaced after a while, and finds out when it goes on. To a follower that is a line
 * that broke: what was not answered is sent again. The host knows all tabs by the leader's hello, so let only those share
 * a name who are the same user. Where there are no Web Locks each tab has a connection of its own. `client.status$` shows
 * how it is, as `via.role`.
 */
export function sharedTransport(inner: Transport, name: string, options: SharedOptions = {}): Transport {
  const { locks = globalThis.navigator?.locks, patience = 3_000, ...rest } = options
  const line = { heartbeat: 5_000, ...rest }
  const place = `millrace/${name}`

  return (outgoing, via) => {
    const asA = (role: NonNullable<Via['role']>) => (taken?: Via) => via?.({ ...taken, role })

    const lead = defer(() => {
      const hub = new Hub()
      asA('leader')()
      return using(
        () => serveBroadcastChannel(hub, place, line),
        () => hub.lead((said) => inner(said, asA('leader')))(outgoing),
      )
    })
    const follow = defer(() => {
      let isTakenIn = false
      const saying = defer(() => {
        isTakenIn = true
        return outgoing
      })
      asA('follower')()
      return broadcastChannelTransport(place, { ...line, connectTimeout: patience })(saying).pipe(
        takeUntil(untilFree(locks as LockManager, place)),
        catchError((error: unknown) => {
          if (isTakenIn) throw error
          return takePart('steal')
        }),
      )
    })
    function takePart(how: 'ifAvailable' | 'steal'): Observable<ServerMessage> {
      return elect(locks as LockManager, place, how).pipe(
        switchMap((isLeader) => (isLeader ? lead : follow).pipe(materialize())),
        dematerialize(),
      )
    }
    return defer(() => {
      if (locks !== undefined) return takePart('ifAvailable').pipe(takeUntil(pageFreezes))
      asA('alone')()
      return inner(outgoing, asA('alone'))
    })
  }
}
