import { defer, firstValueFrom, from, merge, NEVER, type ObservableInput, retry, tap, throwError, timeout } from 'rxjs'

/** Milliseconds after which something is waited for in vain, however busy the machine is. */
const patience = 40_000

/**
 * Asks again and again until this answers instead of rejecting. Rejects with what was waited for, and why in vain; or as
 * `unless` does, where it cannot come any more.
 */
export function until<T>(what: string, ask: () => Promise<T>, unless: ObservableInput<never> = NEVER): Promise<T> {
  let reason: unknown = 'no answer'
  const asking = defer(ask).pipe(
    tap({
      error: (error) => {
        reason = error
      },
    }),
    retry({ delay: 20 }),
    timeout({ first: patience, with: () => throwError(() => new Error(`Waited in vain for ${what}: ${reason}`)) }),
  )
  return firstValueFrom(merge(asking, from(unless)))
}
