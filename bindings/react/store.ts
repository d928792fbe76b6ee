import { useMemo, useSyncExternalStore } from 'react'
import type { Observable } from 'rxjs'
import type { Source } from '../source.ts'

/** What React reads while it renders, and who wakes it. */
interface Store<V> {
  /** What is there now, also while nobody is subscribed: the same object as long as it says the same. */
  read(): V
  subscribe(wake: () => void): () => void
}

/** Renders again whenever the store of this source says something else. `storeFor` must not depend on anything but the source. */
export function useStore<S, V>(source: S, storeFor: (source: S) => Store<V>): V {
  // Rows find their cursor anew each time they render: it is the same as long as this holds it.
  const { subscribe, read } = useMemo(() => storeFor(source), [source, storeFor])
  return useSyncExternalStore(subscribe, read, read)
}

export function valueStore<V>(source: Source<V>): Store<V | undefined> {
  if ('value$' in source) return { read: () => source.value, subscribe: subscribing(source.value$) }
  if ('document$' in source) return { read: () => source.getDocument(), subscribe: subscribing(source.document$) }
  return latestStore<V | undefined>(source, undefined)
}

const subscribing =
  (source$: Observable<unknown>): Store<unknown>['subscribe'] =>
  (wake) => {
    const subscription = source$.subscribe(wake)
    return () => subscription.unsubscribe()
  }

/** Of a stream that can be read by a subscriber alone. Where `isSame` is given, it is looked at anew while there is none. */
export function latestStore<V>(source$: Observable<V>, first: V, isSame?: (a: V, b: V) => boolean): Store<V> {
  let latest = first
  let subscribers = 0
  const keep = (value: V) => {
    if (!isSame?.(latest, value)) latest = value
  }
  const look = () => source$.subscribe(keep).unsubscribe()
  look()
  return {
    read() {
      if (isSame && subscribers === 0) look()
      return latest
    },
    subscribe(wake) {
      subscribers++
      const subscription = source$.subscribe((value) => {
        keep(value)
        wake()
      })
      return () => {
        subscribers--
        subscription.unsubscribe()
      }
    },
  }
}
