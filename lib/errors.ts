/** Every error there is, by its stable code. PROTOCOL.md says what a client does about each. */
export const errorCodes = [
  // One command
  'not_found',
  'exists',
  'rejected',
  'interceptor_failed',
  'depends',
  'forbidden',
  'unsupported',
  'unsafe_key',
  'invalid_path',
  'invalid_props',
  'too_deep',
  'too_large',
  'not_loaded',
  'closed',
  // A flush
  'gap',
  'conflict',
  'expired',
  // A session
  'invalid_message',
  'unsupported_version',
  'unauthenticated',
  // A document
  'refused',
  'invalid_id',
  'not_open',
  'too_many',
  'unavailable',
  // A line or a history
  'connection_lost',
  'history_trimmed',
  'regressed',
  // A storage
  'storage_full',
  'storage_failed',
  'storage_unknown',
  'storage_damaged',
] as const

/** Names one kind of error, in code and on the wire. */
export type ErrorCode = (typeof errorCodes)[number]

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

/** What something thrown says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether something thrown is one of these, of this code if given. By shape: it may come from another copy of the library. */
export function hasCode(error: unknown, code?: ErrorCode): error is MillraceError {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false
  return code === undefined ? 'name' in error && error.name === 'MillraceError' : error.code === code
}
