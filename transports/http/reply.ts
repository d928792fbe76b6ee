import type { ErrorCode } from '../../lib/errors.ts'
import { mediaType } from './wire.ts'

/** What goes back for one request. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const common = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** Whatever the status, the body is the list of what the host says. */
export function replyWith(
  status: number,
  texts: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, headers: { ...common, 'content-type': mediaType, ...headers }, body: `[${texts.join(',')}]` }
}

export const emptyReply = (status: number, headers: Readonly<Record<string, string>>): Reply => ({
  status,
  headers: { ...common, ...headers },
  body: '',
})

/** A request that never becomes a session. */
export class Refusal extends Error {
  readonly status: number
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }

  get reply(): Reply {
    const { status, code, message, headers } = this
    return replyWith(status, [JSON.stringify({ type: 'error', code, message })], headers)
  }
}
