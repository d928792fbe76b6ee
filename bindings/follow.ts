import type { Observable } from 'rxjs'

/**
 * Follows a stream. What it says at once is what there is `now`, or else `first`; whatever it says later is told.
 * @returns with it what ends it
 */
export function follow<V>(
  source$: Observable<V>,
  first: V,
  changed: (value: V) => void,
): { readonly now: V; readonly stop: () => void } {
  let now = first
  let take = (value: V) => {
    now = value
  }
  const subscription = source$.subscribe((value) => take(value))
  take = changed
  return { now, stop: () => subscription.unsubscribe() }
}
