import type { Observable } from 'rxjs'

/** A place in a document, as a cursor is one. */
export interface Place<V> {
  readonly value: V | undefined
  readonly value$: Observable<V | undefined>
}

/** A document as a whole, as a proxy is one. */
export interface Whole<V> {
  getDocument(): V
  readonly document$: Observable<V>
}

/** What can be shown: a cursor, a proxy, or any Observable that replays its latest, as `proxy.saved$` does. */
export type Source<V> = Place<V> | Whole<V> | Observable<V>

/** What has keys: a cursor. */
export interface Keyed<K extends string> {
  readonly keys$: Observable<readonly K[]>
}

/** What it says now and whenever that changed. */
export function streamOf<V>(source: Source<V>): Observable<V | undefined> {
  if ('value$' in source) return source.value$
  return 'document$' in source ? source.document$ : source
}
