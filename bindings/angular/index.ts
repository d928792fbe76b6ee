import { computed, DestroyRef, inject, type Signal, signal, untracked } from '@angular/core'
import type { Observable } from 'rxjs'
import { follow } from '../follow.ts'
import { type Given, meant } from '../given.ts'
import { type Keyed, type Source, streamOf } from '../source.ts'
import { type Connected, type Connecting, type StatusOf, statusOf } from '../status.ts'

export type { Source } from '../source.ts'
export type { SavedStatus } from '../status.ts'

/**
 * What stands there now: at a cursor, in a proxy, or what an Observable said last. `undefined` where there is nothing, or
 * nothing yet. It is followed from when it is first read until what injects it is destroyed; a function may read inputs.
 *
 * ```ts
 * readonly todo = injectValue(() => this.list.at('todos', this.id()))
 * ```
 */
export const injectValue = <V>(source: Given<Source<V>>): Signal<V | undefined> =>
  injectLatest<Source<V>, V | undefined>(source, streamOf, undefined)

/** The keys at a cursor, in order; they change when keys come, go or move, never when only a value changes. */
export const injectKeys = <K extends string>(cursor: Given<Keyed<K>>): Signal<readonly K[]> =>
  injectLatest<Keyed<K>, readonly K[]>(cursor, ({ keys$ }) => keys$, [])

/** How a proxy stands to its host and whether all is saved, or how a client's connection is. */
export const injectStatus = <S extends Connected | Connecting>(source: Given<S>): Signal<StatusOf<S>> =>
  injectLatest<S, StatusOf<S>>(source, statusOf, undefined as unknown as StatusOf<S>)

function injectLatest<S, V>(source: Given<S>, streamFor: (source: S) => Observable<V>, first: V): Signal<V> {
  let isDestroyed = false
  let stop = () => {}
  inject(DestroyRef).onDestroy(() => {
    isDestroyed = true
    stop()
  })
  const live = computed(() => {
    const source$ = streamFor(meant(source))
    stop()
    const followed = untracked(() => follow(source$, first, (value) => latest.set(value)))
    const latest = signal(followed.now)
    stop = followed.stop
    // Somebody may still hold it.
    if (isDestroyed) stop()
    return latest
  })
  return computed(() => live()())
}
