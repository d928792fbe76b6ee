import { defer, EMPTY, exhaustMap, type Observable, type OperatorFunction, of, repeat, switchMap, tap } from 'rxjs'
import { MillraceError } from '../../lib/errors.ts'

/** More than this is not gathered for a line that does not take it. */
const mostWaiting = 10_000

/**
 * One projection at a time: what comes meanwhile waits, and goes with the next. `take` removes from the front what goes
 * together. What comes in one turn goes together.
 */
export function inBatches<T, R>(
  take: (waiting: T[]) => T[],
  project: (batch: readonly T[]) => Observable<R>,
): OperatorFunction<T, R> {
  return (source) =>
    defer(() => {
      const waiting: T[] = []
      const next = defer(() => Promise.resolve()).pipe(switchMap(() => project(take(waiting))))
      const all = next.pipe(repeat({ delay: () => (waiting.length > 0 ? of(undefined) : EMPTY) }))
      return source.pipe(
        tap((value) => {
          if (waiting.push(value) > mostWaiting) throw tooMuch()
        }),
        exhaustMap(() => all),
      )
    })
}

const tooMuch = (): MillraceError =>
  new MillraceError('connection_lost', `More than ${mostWaiting} messages wait for the line.`)
