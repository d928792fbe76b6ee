import type { History, Position } from '../contracts/history.ts'
import { MillraceError } from '../errors.ts'

/**
 * What becomes of a document whose history no longer holds what the host has: `stop` answers `unavailable` until
 * somebody decides; `begin_anew` goes on with what is there, the initial document where that is nothing; `restore_copy`
 * begins again from the copy that the host holds where nothing is left, and stops where anything is.
 */
export type OnLostHistory = 'stop' | 'begin_anew' | 'restore_copy'

/** A document as a host last knew it to be in its history. */
export interface Copy {
  readonly position: Position
  readonly document: object
}

/**
 * Begins a history from a copy, at the position that the copy is of, so that whoever stands there goes on. Over a history
 * that holds anything it is not put: what that holds would be taken twice. Rejects with `regressed` then.
 */
export async function restoreCopy(id: string, history: History, { position, document }: Copy): Promise<void> {
  const result = await history.append(position, [], document)
  if (result.type !== 'not_at_head' || result.head?.mark === position.mark) return
  throw new MillraceError(
    'regressed',
    `'${id}' has a history up to ${result.head?.count ?? 0}, and is not restored over it. Empty it first, or begin anew.`,
  )
}
