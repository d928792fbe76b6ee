import { Observable } from 'rxjs'
import { MillraceError } from '../../lib/errors.ts'

const replaced = (cause: unknown) => new MillraceError('connection_lost', 'Another tab leads now.', {}, cause)

/**
 * Whether this one has the lock now; if so it keeps it until it is unsubscribed, and errors when it is taken away.
 * `ifAvailable` asks, `steal` takes it from whoever has it.
 */
export function elect(locks: LockManager, name: string, how: 'ifAvailable' | 'steal'): Observable<boolean> {
  return new Observable((subscriber) => {
    const held = new Promise<void>((resolve) => subscriber.add(() => resolve()))
    locks
      .request(name, { [how]: true }, (lock) => {
        if (!subscriber.closed) subscriber.next(lock !== null)
        return lock === null ? undefined : held
      })
      .catch((cause: unknown) => subscriber.error(replaced(cause)))
  })
}

/** Errors as soon as nobody holds the lock any more, however that came. */
export function untilFree(locks: LockManager, name: string): Observable<never> {
  return new Observable((subscriber) => {
    const giveUp = new AbortController()
    subscriber.add(() => giveUp.abort())
    locks
      .request(name, { signal: giveUp.signal }, () => subscriber.error(replaced(undefined)))
      .catch((cause: unknown) => subscriber.error(replaced(cause)))
  })
}
