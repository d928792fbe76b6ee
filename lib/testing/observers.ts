import type { Subject } from 'rxjs'
import type { ConnectedProxy } from '../client/connected-proxy.ts'
import type { Watchers } from '../replica/watchers.ts'

/** Where a proxy keeps who looks at it. */
interface Inside {
  readonly replica: { readonly watchers: Watchers }
  readonly closed: Subject<unknown>
  readonly moved: Subject<unknown>
  readonly commands: Subject<unknown>
  readonly syncs: Subject<unknown>
  readonly connection?: { readonly line: { readonly changed: Subject<unknown> } }
}

/**
 * How many look at a proxy: at places of its document, at its other streams, at its line. Asked before and after, it tells
 * whether whoever looked has left something behind.
 *
 * ```ts
 * const before = observersOf(list)
 * showAndHide(list)
 * expect(observersOf(list)).toBe(before)
 * ```
 */
export function observersOf(proxy: Pick<ConnectedProxy, 'document$' | 'pending$'>): number {
  const { replica, closed, moved, commands, syncs, connection } = proxy as unknown as Inside
  const subjects = [closed, moved, commands, syncs, ...(connection ? [connection.line.changed] : [])]
  return subjects.reduce((sum, { observers }) => sum + observers.length, replica.watchers.count)
}
