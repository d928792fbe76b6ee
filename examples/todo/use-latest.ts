import { useMemo, useSyncExternalStore } from 'react'
import type { Observable } from 'rxjs'

/**
 * What an observable said last, for one that replays its latest value; `undefined` before that. The component renders
 * again whenever there is something else to say.
 */
export function useLatest<V>(source$: Observable<V>): V | undefined {
  const store = useMemo(() => storeOf(source$), [source$])
  return useSyncExternalStore(store.subscribe, store.read)
}

function storeOf<V>(source$: Observable<V>) {
  let latest: V | undefined
  const keep = (value: V) => {
    latest = value
  }
  source$.subscribe(keep).unsubscribe()
  return {
    read: () => latest,
    subscribe(wake: () => void) {
      const subscription = source$.subscribe((value) => {
        keep(value)
        wake()
      })
      return () => subscription.unsubscribe()
    },
  }
}
