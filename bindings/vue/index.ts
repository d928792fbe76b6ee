import type { Observable } from 'rxjs'
import { type MaybeRefOrGetter, type ShallowRef, shallowRef, toValue, watch } from 'vue'
import { follow } from '../follow.ts'
import { type Keyed, type Source, streamOf } from '../source.ts'
import { type Connected, type Connecting, type StatusOf, statusOf } from '../status.ts'

export type { Source } from '../source.ts'
export type { SavedStatus } from '../status.ts'

/**
 * What stands there now: at a cursor, in a proxy, or what an Observable said last. `undefined` where there is nothing, or
 * nothing yet. Ends with the scope that it is called in.
 *
 * ```ts
 * const todo = useValue(() => list.at('todos', props.id))
 * ```
 */
export const useValue = <V>(source: MaybeRefOrGetter<Source<V>>): Readonly<ShallowRef<V | undefined>> =>
  useLatest<Source<V>, V | undefined>(source, streamOf, undefined)

/** The keys at a cursor, in order; they change when keys come, go or move, never when only a value changes. */
export const useKeys = <K extends string>(cursor: MaybeRefOrGetter<Keyed<K>>): Readonly<ShallowRef<readonly K[]>> =>
  useLatest<Keyed<K>, readonly K[]>(cursor, ({ keys$ }) => keys$, [])

/** How a proxy stands to its host and whether all is saved, or how a client's connection is. */
export const useStatus = <S extends Connected | Connecting>(
  source: MaybeRefOrGetter<S>,
): Readonly<ShallowRef<StatusOf<S>>> => useLatest<S, StatusOf<S>>(source, statusOf, undefined as unknown as StatusOf<S>)

function useLatest<S, V>(
  source: MaybeRefOrGetter<S>,
  streamFor: (source: S) => Observable<V>,
  first: V,
): Readonly<ShallowRef<V>> {
  const latest = shallowRef(first) as ShallowRef<V>
  const show = (value: V) => {
    latest.value = value
  }
  watch(
    () => toValue(source),
    (meant, _, onCleanup) => {
      const { now, stop } = follow(streamFor(meant), first, show)
      onCleanup(stop)
      show(now)
    },
    { immediate: true, flush: 'sync' },
  )
  return latest
}
