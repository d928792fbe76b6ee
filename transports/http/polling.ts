import { catchError, defer, EMPTY, type Observable, repeat } from 'rxjs'
import { hasCode } from '../../lib/errors.ts'

/** Milliseconds below which a poll is not shortened any more. */
const shortest = 200

/**
 * Polls again and again, each for as long as the host holds one. Where a proxy waits for less it answers in the host's
 * place, and the next are shorter.
 */
export function polling<T>(longest: () => number, poll: (wait: number) => Observable<T>): Observable<T> {
  let most = Number.POSITIVE_INFINITY
  return defer(() => {
    const wait = Math.round(Math.min(longest(), most))
    const begun = Date.now()
    return poll(wait).pipe(
      catchError((error: unknown) => {
        if (!isGivenUp(error) || wait <= shortest) throw error
        most = Math.max(shortest, Math.min(wait, Date.now() - begun) / 2)
        return EMPTY
      }),
    )
  }).pipe(repeat())
}

/** 504 Gateway Timeout. */
const isGivenUp = (error: unknown): boolean => hasCode(error, 'connection_lost') && error.data.status === 504
