import { MillraceError, type Transport } from 'millrace'
import { httpTransport } from 'millrace/transports/http'
import { socketIoTransport } from 'millrace/transports/socket-io'
import { BehaviorSubject, defer, from, map, skip, switchMap, takeUntil } from 'rxjs'

/** The ways to the server that this page came from, under the names that the server has for them. */
const transports = {
  'socket-io': socketIoTransport(location.origin),
  http: httpTransport(`${location.origin}/millrace`),
} satisfies Record<string, Transport>

export type Way = keyof typeof transports

export const ways: Readonly<Record<Way, string>> = { 'socket-io': 'WebSocket', http: 'HTTP polling' }

const storeName = 'millrace-way'

const isWay = (name: unknown): name is Way => typeof name === 'string' && Object.hasOwn(ways, name)

const chosen$ = new BehaviorSubject<Way | undefined>(kept())

/** The way that is taken; `undefined` until the server was asked. */
export const way$ = new BehaviorSubject<Way | undefined>(chosen$.value)

/** Takes another way from now on, in this browser: the line there is breaks, and begins again by the other. */
export function choose(way: Way): void {
  try {
    localStorage.setItem(storeName, way)
  } catch {
    // Then it is chosen for as long as the page lives.
  }
  chosen$.next(way)
}

/** Goes the way that was chosen here, or else the one that the server was started for. */
export const transport: Transport = (outgoing) => {
  const left$ = chosen$.pipe(
    skip(1),
    map(() => {
      throw new MillraceError('connection_lost', 'Another way was chosen.')
    }),
  )
  const session$ = defer(() => from(find())).pipe(
    switchMap((way) => {
      way$.next(way)
      return transports[way](outgoing)
    }),
  )
  return session$.pipe(takeUntil(left$))
}

async function find(): Promise<Way> {
  if (chosen$.value) return chosen$.value
  const response = await fetch('/transport')
  const { transport }: { readonly transport?: unknown } = await response.json()
  return isWay(transport) ? transport : 'socket-io'
}

function kept(): Way | undefined {
  try {
    const name = localStorage.getItem(storeName)
    return isWay(name) ? name : undefined
  } catch {
    return undefined
  }
}
