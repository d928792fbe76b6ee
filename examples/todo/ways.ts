import { MillraceError, type Transport } from 'millrace'
import { httpTransport } from 'millrace/transports/http'
import { ladder } from 'millrace/transports/ladder'
import { sharedTransport } from 'millrace/transports/shared'
import { socketIoTransport } from 'millrace/transports/socket-io'
import { BehaviorSubject, defer, map, of, skip, switchMap, takeUntil } from 'rxjs'
import { chosen$, place, toldWay } from './chosen-way.ts'
import { inThisBrowser } from './in-this-browser.ts'
import type { Way } from './way-names.ts'

const socketIo = socketIoTransport(location.origin)
const http = httpTransport(`${location.origin}/millrace`)

const transports = {
  'socket-io': socketIo,
  http,
  ladder: ladder([socketIoTransport(location.origin, { transports: ['websocket'] }), http]),
  shared: sharedTransport(socketIo, 'millrace-lists'),
  'broadcast-channel': inThisBrowser,
} satisfies Record<Way, Transport>

/** The way that is taken; `undefined` until the server was asked. */
export const way$ = new BehaviorSubject<Way | undefined>(chosen$.value)

/** Goes the way that was chosen here, or else the one that the server was started for. */
export const transport: Transport = (outgoing, via) => {
  const left$ = chosen$.pipe(
    skip(1),
    map(() => {
      throw new MillraceError('connection_lost', 'Another way was chosen.')
    }),
  )
  const session$ = find$.pipe(
    switchMap((way) => {
      way$.next(way)
      via?.({})
      return transports[way](outgoing, via)
    }),
  )
  return session$.pipe(takeUntil(left$))
}

const find$ = defer(() => {
  if (chosen$.value) return of(chosen$.value)
  const told = toldWay()
  if (place === 'server') return told
  // Lists of this browser need no server.
  told.catch(() => undefined)
  return of('broadcast-channel' as const)
})
