import { MillraceError } from '../errors.ts'
import type { CommandCompletion } from '../flushout.ts'
import { fingerprint } from '../protocol/fingerprint.ts'
import { bytesOf, sizeOf } from './bytes.ts'

/** A flush that has its size and the names of its commands. */
export interface Weighed {
  readonly hashes: readonly string[]
  readonly bytes: number
}

export function weigh(completions: readonly CommandCompletion[]): Weighed {
  const texts = completions.map(textOf)
  return { hashes: texts.map(fingerprint), bytes: texts.reduce((sum, text) => sum + bytesOf(text), 0) }
}

export const tooLarge = (bytes: number, limit: number): MillraceError =>
  new MillraceError(
    'too_large',
    `Flush refused: ${sizeOf(bytes)}, this host takes ${sizeOf(limit)} (limits.flushBytes).`,
  )

/** What cannot be written as JSON has no text. It is judged, and refused, like any other command. */
function textOf(completion: CommandCompletion): string {
  try {
    return JSON.stringify(completion)
  } catch {
    return ''
  }
}
