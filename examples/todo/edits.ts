import type { Applied } from 'millrace'
import { BehaviorSubject, distinctUntilChanged, map, type Observable } from 'rxjs'

const unkept$ = new BehaviorSubject(0)

/** Whether nothing that was done on this page is lost when it is closed: this browser keeps it, or the server has it. */
export const isKept$: Observable<boolean> = unkept$.pipe(
  map((unkept) => unkept === 0),
  distinctUntilChanged(),
)

/** Follows an edit until it is kept, or lost, which `sync$` tells. @returns the same edit */
export function followed(edit: Applied): Applied {
  if (edit.isSuccess) {
    unkept$.next(unkept$.value + 1)
    const done = () => unkept$.next(unkept$.value - 1)
    edit.kept.then(done, done)
  }
  return edit
}
