import type { Observable } from 'rxjs'
import { type Accessor, createMemo, createSignal, onCleanup, untrack } from 'solid-js'
import { follow } from '../follow.ts'
import { type Given, meant } from '../given.ts'
import { type Keyed, type Source, streamOf } from '../source.ts'
import { type Connected, type Connecting, type StatusOf, statusOf } from '../status.ts'

export type { Source } from '../source.ts'
export type { SavedStatus } from '../status.ts'
export { useStore } from './store.ts'

/**
 * What stands there now: at a cursor, in a proxy, or what an Observable said last. `undefined` where there is nothing, or
 * nothing yet. Ends with its owner.
 *
 * ```ts
 * const todo = useValue(() => list.at('todos', props.id))
 * ```
 */
export const useValue = <V>(source: Given<Source<V>>): Accessor<V | undefined> =>
  useLatest<Source<V>, V | undefined>(source, streamOf, undefined)

/** The keys at a cursor, in order; they change when keys come, go or move, never when only a value changes. */
export const useKeys = <K extends string>(cursor: Given<Keyed<K>>): Accessor<readonly K[]> =>
  useLatest<Keyed<K>, readonly K[]>(cursor, ({ keys$ }) => keys$, [])

/** How a proxy stands to its host and whether all is saved, or how a client's connection is. */
export const useStatus = <S extends Connected | Connecting>(source: Given<S>): Accessor<StatusOf<S>> =>
  useLatest<S, StatusOf<S>>(source, statusOf, undefined as unknown as StatusOf<S>)

function useLatest<S, V>(source: Given<S>, streamFor: (source: S) => Observable<V>, first: V): Accessor<V> {
  const live = createMemo(() => {
    const source$ = streamFor(meant(source))
    const { now, stop } = untrack(() => follow(source$, first, (value) => show(() => value)))
    const [latest, show] = createSignal(now)
    onCleanup(stop)
    return latest
  })
  return () => live()()
}
