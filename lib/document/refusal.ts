/** Why a command cannot be applied. */
export type RefusalCode =
  | 'not_found'
  | 'exists'
  | 'unsupported'
  | 'unsafe_key'
  | 'invalid_path'
  | 'invalid_props'
  | 'too_deep'
  | 'too_large'

export class Refusal {
  readonly code: RefusalCode
  readonly message: string

  constructor(code: RefusalCode, message: string) {
    this.code = code
    this.message = message
  }
}
