import { merge, type Observable, Subject } from 'rxjs'
import { MillraceError } from '../../lib/errors.ts'

/** From open to closed, once: one rule for everything an adapter was asked for. */
export interface Lifetime {
  /** Runs `work`, or rejects with `closed`. */
  run<T>(work: () => T | Promise<T>): Promise<T>
  /** `source`, until it errors with `closed`. */
  hold<T>(source: Observable<T>): Observable<T>
  /** Throws `closed` once closed. */
  check(): void
  /** Waits for what runs, then runs `free`. The first call counts, all get its promise. */
  close(free: () => void | Promise<void>): Promise<void>
}

export function lifetime(): Lifetime {
  const ended = new Subject<never>()
  const running = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  const closed = () => new MillraceError('closed', 'This history was closed.')

  const check = () => {
    if (closing) throw closed()
  }
  return {
    check,
    async run(work) {
      check()
      const result = (async () => work())()
      running.add(result)
      try {
        return await result
      } finally {
        running.delete(result)
      }
    },
    hold: (source) => merge(ended, source),
    close(free) {
      closing ??= Promise.allSettled(running).then(free)
      ended.error(closed())
      return closing
    },
  }
}
