import { hasCode, MillraceError } from '../../lib/errors.ts'

/** Whether a browser says that there is no room. */
export const isQuota = (error: unknown): boolean => (error as Error | null)?.name === 'QuotaExceededError'

/** What a browser says, in words of the contract. */
export function browserFailure(what: string, error: unknown): unknown {
  if (hasCode(error)) return error
  if (isQuota(error)) return new MillraceError('storage_full', `There is no room in ${what}.`, {}, error)
  if ((error as Error | null)?.name === 'TimeoutError') return failed(what, inTheWay, error)
  return failed(what, (error as Error | null)?.message ?? 'for no reason that the browser tells.', error)
}

/** What to tell where another page keeps what it should have let go. */
export const inTheWay = 'another tab is in the way. Close the other tabs of this application.'

export const failed = (what: string, why: string, cause?: unknown): MillraceError =>
  new MillraceError('storage_failed', `${what} cannot be used: ${why}`, {}, cause)
