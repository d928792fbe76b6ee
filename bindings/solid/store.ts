import { createComputed, onCleanup, untrack } from 'solid-js'
import { createStore, produce, type Store } from 'solid-js/store'
import { follow } from '../follow.ts'
import { type Given, meant } from '../given.ts'
import { type Place, streamOf, type Whole } from '../source.ts'

type Data = Record<string, unknown>

/**
 * What stands at a cursor or in a proxy as a store: whoever reads a part of it is told of changes of that part alone.
 * `value` is `undefined` where there is nothing, or nothing yet. Ends with its owner.
 *
 * ```ts
 * const shown = useStore(list)
 * <h1>{shown.value?.title}</h1>
 * ```
 */
export function useStore<V>(source: Given<Place<V> | Whole<V>>): Store<{ readonly value: V | undefined }> {
  const [store, setStore] = createStore<Data>({ value: undefined })
  let seen: unknown
  const show = (value: unknown) => {
    setStore(produce((data) => patch(data, 'value', seen, value)))
    seen = value
  }
  createComputed(() => {
    const source$ = streamOf<V>(meant(source))
    const { now, stop } = untrack(() => follow<V | undefined>(source$, undefined, show))
    onCleanup(stop)
    show(now)
  })
  return store as Store<{ readonly value: V | undefined }>
}

/**
 * Makes of the copy of one value a copy of another, touching what differs. A store is changed in place, and what a
 * document hands out never is, so nothing of that goes into it.
 */
function patch(into: Data, key: string, from: unknown, to: unknown): void {
  if (from === to) return
  if (!isRecord(from) || !isRecord(to) || isReordered(from, to)) {
    into[key] = structuredClone(to)
    return
  }
  const copy = into[key] as Data
  for (const name of Object.keys(from)) if (!Object.hasOwn(to, name)) delete copy[name]
  for (const name of Object.keys(to)) patch(copy, name, from[name], to[name])
}

const isRecord = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether the keys of `to` are others than those of `from` that are left, and new ones behind them. */
function isReordered(from: Data, to: Data): boolean {
  const names = Object.keys(to)
  return Object.keys(from)
    .filter((name) => Object.hasOwn(to, name))
    .some((name, i) => name !== names[i])
}
