import type { Observable } from 'rxjs'
import { createSubscriber } from 'svelte/reactivity'
import { follow } from '../follow.ts'
import { type Given, meant } from '../given.ts'
import { type Keyed, type Source, streamOf } from '../source.ts'
import { type Connected, type Connecting, type StatusOf, statusOf } from '../status.ts'

export type { Source } from '../source.ts'
export type { SavedStatus } from '../status.ts'

/** What is there now. Read in a template, an effect or a `$derived`, it is read again when it changed. */
export interface Current<V> {
  readonly current: V
}

/**
 * What stands there now: at a cursor, in a proxy, or what an Observable said last. `undefined` where there is nothing, or
 * nothing yet. It is followed as long as an effect reads it.
 *
 * ```ts
 * const todo = useValue(() => list.at('todos', id))
 * ```
 */
export const useValue = <V>(source: Given<Source<V>>): Current<V | undefined> =>
  useLatest<Source<V>, V | undefined>(source, streamOf, undefined)

/** The keys at a cursor, in order; they change when keys come, go or move, never when only a value changes. */
export const useKeys = <K extends string>(cursor: Given<Keyed<K>>): Current<readonly K[]> =>
  useLatest<Keyed<K>, readonly K[]>(cursor, ({ keys$ }) => keys$, [])

/** How a proxy stands to its host and whether all is saved, or how a client's connection is. */
export const useStatus = <S extends Connected | Connecting>(source: Given<S>): Current<StatusOf<S>> =>
  useLatest<S, StatusOf<S>>(source, statusOf, undefined as unknown as StatusOf<S>)

function useLatest<S, V>(source: Given<S>, streamFor: (source: S) => Observable<V>, first: V): Current<V> {
  let known: { readonly source: S; readonly read: () => V } | undefined
  return {
    get current() {
      const now = meant(source)
      if (known?.source !== now) known = { source: now, read: reading(streamFor(now), first) }
      return known.read()
    },
  }
}

/** Reads what a stream said last: of one subscription for all effects, and of one of its own outside of them. */
function reading<V>(source$: Observable<V>, first: V): () => V {
  let latest = first
  let isFollowed = false
  const track = createSubscriber((update) => {
    const { now, stop } = follow(source$, first, (value) => {
      latest = value
      update()
    })
    latest = now
    isFollowed = true
    return () => {
      isFollowed = false
      stop()
    }
  })
  return () => {
    track()
    return isFollowed ? latest : look(source$, first)
  }
}

function look<V>(source$: Observable<V>, first: V): V {
  const { now, stop } = follow(source$, first, () => undefined)
  stop()
  return now
}
