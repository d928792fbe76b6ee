/**
 * Every error there is, by its stable code, with what a client does about it: `stop` needs somebody to act, `retry` is
 * tried again by itself, `value` is an ordinary answer to one command.
 */
export const errorCodes = {
  // One command
  not_found: 'value',
  exists: 'value',
  rejected: 'value',
  interceptor_failed: 'value',
  depends: 'value',
  forbidden: 'value',
  unsupported: 'value',
  unsafe_key: 'value',
  invalid_path: 'value',
  invalid_props: 'value',
  too_deep: 'value',
  too_large: 'value',
  not_loaded: 'value',
  closed: 'value',
  // A flush
  gap: 'retry',
  conflict: 'retry',
  expired: 'retry',
  // A session
  invalid_message: 'stop',
  unsupported_version: 'stop',
  unauthenticated: 'stop',
  // A document
  refused: 'stop',
  invalid_id: 'stop',
  not_open: 'retry',
  too_many: 'retry',
  unavailable: 'retry',
  // A line or a history
  connection_lost: 'retry',
  history_trimmed: 'retry',
  regressed: 'retry',
} as const

export type ErrorCode = keyof typeof errorCodes

/** The one error class. `code` is stable and is what travels; `message` is for people; `data` is plain JSON. */
export class MillraceError extends Error {
  override readonly name = 'MillraceError'
  readonly code: ErrorCode
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, data: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.data = data
  }
}

/** Whether something thrown carries this code. By shape: an error may come from another copy of the library. */
export function hasCode(error: unknown, code?: ErrorCode): error is MillraceError {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return code === undefined ? (error.code as string) in errorCodes : error.code === code
}
