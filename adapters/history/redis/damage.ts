import { MillraceError, messageOf } from '../../../lib/errors.ts'
import type { Keys } from './keys.ts'

/** What is wrong with a history where the server says that something of it is gone, or is something else. */
export function damageIn(error: unknown, id: string, { history }: Keys): MillraceError | undefined {
  const said = messageOf(error)
  const [, gone] = /DAMAGED (.*? (?:is|are) gone)/.exec(said) ?? []
  const what = gone ?? (said.includes('WRONGTYPE') ? 'a key of it is something else' : undefined)
  if (what === undefined) return undefined
  const repair = `Restore it from a backup, or delete ${history} and all keys that begin with ${history}: to begin anew.`
  return new MillraceError(
    'unavailable',
    `The history of ${id.slice(0, 80)} in Redis is damaged: ${what}. ${repair}`,
    {},
    error,
  )
}
