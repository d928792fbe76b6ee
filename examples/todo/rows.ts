import { BehaviorSubject, combineLatest, distinctUntilChanged, type Observable, scan, shareReplay } from 'rxjs'

/** The rows of a list: those that are there, and those that somebody is typing in although they were deleted. */
export interface Rows {
  /** The ids, in order. Replays the latest. */
  readonly ids$: Observable<readonly string[]>
  /** Keeps a row in its place until it is released. */
  hold(id: string): void
  release(id: string): void
}

export function rowsOf(keys$: Observable<readonly string[]>): Rows {
  const held$ = new BehaviorSubject<ReadonlySet<string>>(new Set())
  return {
    ids$: combineLatest([keys$, held$]).pipe(
      scan((shown: readonly string[], [keys, held]) => withHeld(shown, keys, held), []),
      distinctUntilChanged(isSame),
      shareReplay({ bufferSize: 1, refCount: true }),
    ),
    hold: (id) => held$.next(new Set([...held$.value, id])),
    release: (id) => held$.next(new Set([...held$.value].filter((other) => other !== id))),
  }
}

/** The keys, and what is held without being among them behind the row that it stood behind. */
function withHeld(shown: readonly string[], keys: readonly string[], held: ReadonlySet<string>): readonly string[] {
  const ids = [...keys]
  shown.forEach((id, i) => {
    if (!held.has(id) || ids.includes(id)) return
    const before = shown.slice(0, i).findLast((other) => ids.includes(other))
    ids.splice(before === undefined ? 0 : ids.indexOf(before) + 1, 0, id)
  })
  return ids
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id, i) => id === b[i])
