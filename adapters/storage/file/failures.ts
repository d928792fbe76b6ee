import { hasCode, MillraceError } from '../../../lib/errors.ts'

const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** What the system says, in words of the contract. What is no failure of the system stays as it is. */
export function failure(folder: string, error: unknown): unknown {
  const { code, message, syscall } = error as NodeJS.ErrnoException
  if (hasCode(error) || syscall === undefined) return error
  if (noRoom.includes(code as string)) {
    return new MillraceError('storage_full', `There is no room in ${folder}: ${message}.`, {}, error)
  }
  return failed(folder, `${message}. It must be a folder whose files can be read and written.`, error)
}

export const failed = (folder: string, what: string, cause?: unknown): MillraceError =>
  new MillraceError('storage_failed', `The storage in ${folder} cannot be used: ${what}`, {}, cause)

/** `fallback` where there is no such file. */
export const orMissing =
  <T>(fallback: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback
    throw error
  }
