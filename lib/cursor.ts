import type { Observable } from 'rxjs'
import type { Applied } from './applied.ts'
import type { Path } from './document/path.ts'
import type { ChangesOf, Checked, ElementOf, KeyOf, OptionalKeyOf, PathOf, ValueAt } from './document/typed-path.ts'
import type { Command } from './flushout.ts'
import { keyStream, type Observed, valueStream } from './streams.ts'

/** What a cursor is a place in. */
export interface Editable extends Observed {
  apply(command: Command): Applied
}

/**
 * A place in a document: what stands there, its changes, and the commands that change it. It stays where it is: an
 * object whose id was taken goes on under another, which `renamed` on `sync$` tells.
 */
export class Cursor<V> {
  /** From the root of the document. */
  readonly path: Path
  /** What stands here: now and after each change of it. Replays the latest; completes when the proxy is closed. */
  readonly value$: Observable<V | undefined>
  /** The keys here: now, and when keys come, go or move, never when only a value changes. */
  readonly keys$: Observable<readonly KeyOf<V>[]>
  /** A place below this one; equal paths give the same cursor while anyone holds it. */
  readonly at: At<V>
  readonly #document: Editable

  /** @internal */
  constructor(document: Editable, path: Path, at: At<V>) {
    this.#document = document
    this.path = path
    this.value$ = valueStream(document, path)
    this.keys$ = keyStream(document, path)
    this.at = at
  }

  /** What stands here now; `undefined` where there is nothing. It never changes afterwards. */
  get value(): V | undefined {
    return this.#document.isLoaded ? (this.#document.replica.tree.expose(this.path) as V) : undefined
  }

  /**
   * Puts a new object in here, under a random id, or under `id`, which fails with `exists` where it is taken. Where
   * nothing stands here it is made from `parentDefault`, if given.
   */
  create(props: ElementOf<V>, options: { readonly id?: string; readonly parentDefault?: object } = {}): Applied {
    return this.#document.apply({ action: 'create', path: [...this.path], props: props as object, ...options })
  }

  /** Sets some keys here, and takes the keys in `unset` away. */
  update(props: ChangesOf<V>, unset?: readonly OptionalKeyOf<V>[]): Applied {
    return this.#document.apply({
      action: 'update',
      path: [...this.path],
      props: props as object,
      ...(unset && { unset: [...unset] }),
    })
  }

  /** Takes away what stands here. */
  delete(): Applied {
    return this.#document.apply({ action: 'delete', path: [...this.path] })
  }
}

/** Gives cursors. The path is checked against the document's type; `path` takes one known only at run time. */
export interface At<T> {
  /** A place by its path; without one, the place itself. */
  <P extends PathOf<T>>(...path: Checked<T, P>): Cursor<ValueAt<T, P>>
  /** A place by a path known only at run time. */
  path(segments: readonly string[]): Cursor<unknown>
}

/** Makes the root's `at`. Cursors are shared by path for as long as anyone holds them. */
export function cursorsOf<T>(document: Editable): At<T> {
  const held = new Map<string, WeakRef<Cursor<unknown>>>()
  const gone = new FinalizationRegistry<string>((place) => {
    if (!held.get(place)?.deref()) held.delete(place)
  })

  const cursorAt = (path: Path): Cursor<unknown> => {
    const place = JSON.stringify(path)
    const known = held.get(place)?.deref()
    if (known) return known
    const cursor = new Cursor<unknown>(document, path, atFrom(path))
    held.set(place, new WeakRef(cursor))
    gone.register(cursor, place)
    return cursor
  }
  const atFrom = (base: Path): At<unknown> =>
    Object.assign((...path: readonly string[]) => cursorAt([...base, ...path]), {
      path: (segments: readonly string[]) => cursorAt([...base, ...segments]),
    }) as At<unknown>

  return atFrom([]) as At<T>
}
