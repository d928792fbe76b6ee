import { type Observable, timer } from 'rxjs'
import type { Environment } from '../environment.ts'
import { hasCode } from '../errors.ts'

const firstRetry = 50
const lastRetry = 5_000

/** Whether asking a history again can help: it was not reached, or did not answer. What it said once it says again. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof TypeError) &&
  !['regressed', 'history_trimmed', 'closed'].some((code) => hasCode(error, code as never))

/** When to ask a history again that failed so many times in a row: after 50 ms, which doubles up to 5 s. */
export const whenToAskAgain = (failures: number, { scheduler }: Environment): Observable<unknown> =>
  timer(Math.min(lastRetry, firstRetry * 2 ** (failures - 1)), scheduler)
