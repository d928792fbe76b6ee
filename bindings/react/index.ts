import { use } from 'react'
import type { Keyed, Source } from '../source.ts'
import { type Connected, type Connecting, type StatusOf, statusOf } from '../status.ts'
import { latestStore, useStore, valueStore } from './store.ts'

export type { Source } from '../source.ts'
export type { SavedStatus } from '../status.ts'
export { type MillraceHooks, millraceHooks } from './hooks.ts'

/**
 * What stands there now: at a cursor, in a proxy, or what an Observable said last. The component renders again when that
 * changed, and for nothing else. `undefined` where there is nothing, or nothing yet.
 *
 * ```ts
 * const todo = useValue(list.at('todos', id))
 * ```
 */
export const useValue = <V>(source: Source<V>): V | undefined => useStore(source, valueStore<V>)

/** The keys at a cursor; the component renders again when keys come, go or move, never when only a value changes. */
export const useKeys = <K extends string>(cursor: Keyed<K>): readonly K[] => useStore(cursor, keysStore<K>)

/** How a proxy stands to its host and whether all is saved, or how a client's connection is. */
export const useStatus = <S extends Connected | Connecting>(source: S): StatusOf<S> => useStore(source, statusStore<S>)

/** The same proxy, once there is a document: suspends until then, and throws where it is refused. */
export function useLoaded<P extends { readonly isLoaded: boolean; readonly loaded: Promise<void> }>(proxy: P): P {
  if (!proxy.isLoaded) use(proxy.loaded)
  return proxy
}

const nothing: readonly never[] = []

const keysStore = <K extends string>({ keys$ }: Keyed<K>) =>
  latestStore<readonly K[]>(keys$, nothing, (a, b) => a.length === b.length && a.every((key, i) => key === b[i]))

const statusStore = <S extends Connected | Connecting>(source: S) =>
  latestStore(statusOf(source), undefined as unknown as StatusOf<S>, (a, b) => JSON.stringify(a) === JSON.stringify(b))
