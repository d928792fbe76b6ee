import { Observable, type Subscriber } from 'rxjs'
import { isObject } from './document/json.ts'
import type { Path } from './document/path.ts'
import type { Replica } from './replica/replica.ts'

/** What observables of a document look at: the replica, whether there is a document yet, and when it ends. */
export interface Observed {
  readonly replica: Replica
  readonly isLoaded: boolean
  readonly closed$: Observable<unknown>
}

/**
 * What stands at a path: now, and whenever it changed. Silent before the document is loaded, completes when its owner
 * is closed. A path that leads nowhere gives `undefined`.
 */
export const valueStream = <V>(observed: Observed, path: Path): Observable<V> =>
  lookingAt(observed, path, 'values', (_, last) => {
    const value = observed.replica.tree.expose(path) as V
    return last !== unseen && value === last ? unseen : value
  })

/** The keys of the object at a path: now, and when keys come, go or move; never when a value changes. */
export const keyStream = <K extends string>(observed: Observed, path: Path): Observable<readonly K[]> =>
  lookingAt<readonly K[]>(observed, path, 'keys', (value, last) => {
    const keys = isObject(value) ? (Object.keys(value) as K[]) : []
    return last !== unseen && sameKeys(keys, last) ? unseen : keys
  })

const unseen: unique symbol = Symbol('unseen')

function lookingAt<V>(
  observed: Observed,
  path: Path,
  kind: 'values' | 'keys',
  read: (live: unknown, last: V | typeof unseen) => V | typeof unseen,
): Observable<V> {
  return new Observable((subscriber: Subscriber<V>) => {
    const { replica } = observed
    let last: V | typeof unseen = unseen
    const look = () => {
      if (!observed.isLoaded || subscriber.closed) return
      const value = read(replica.tree.at(path), last)
      if (value === unseen) return
      last = value
      subscriber.next(value)
    }
    // Before the first look: whoever is told may change the document at once.
    subscriber.add(replica.watchers.add(path, kind, look))
    subscriber.add(observed.closed$.subscribe({ complete: () => subscriber.complete() }))
    if (!subscriber.closed) replica.ring.look(look)
  })
}

const sameKeys = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((key, i) => key === b[i])
