import type { Batch } from '../../../lib/contracts/history.ts'
import { Made } from '../../../lib/testing/simulator/checker/made.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import type { DocumentId } from '../programs/documents.ts'
import { deletes } from '../programs/editor.ts'
import type { Life } from './journal.ts'

/** A document as somebody had it in the end, or as it is kept. */
export interface Shown {
  readonly who: string
  readonly document: DocumentId
  readonly count: number
  readonly text: string
}

/** All that is left when everything has come to rest. */
export interface Evidence {
  readonly lives: readonly Life[]
  /** Every batch there is, from the beginning. */
  readonly histories: ReadonlyMap<DocumentId, readonly Batch[]>
  /** Every batch that a host was ever given, where histories may lose some. */
  readonly held?: ReadonlyMap<DocumentId, readonly Batch[]>
  /** Those that begin with a copy that a host held: it may have what was under way, and nobody can find out. */
  readonly restored?: ReadonlySet<DocumentId>
  readonly shown: readonly Shown[]
  /** Subjects of whom several processes lived at a time. */
  readonly crowded?: ReadonlySet<string>
  /** Subjects whose storage was damaged or full: it may say so. */
  readonly troubled?: ReadonlySet<string>
  /** Names of what was kept in such a storage, and need not be there any more. */
  readonly excused?: ReadonlySet<string>
}

/** A command by all that its makers noted of it. */
export interface Known {
  readonly subject: string
  readonly document: string
  readonly made: Made
  isKept: boolean
  isSaid: boolean
  /** Its client was told that the history has it. */
  wasConfirmed: boolean
  /** What was told of it, in any life. */
  readonly told: Set<string>
}

/** Says which invariant does not hold, and how. */
export type Fail = (invariant: string, what: string) => void

/** The commands that were made, by their names, in the order in which each subject made them. */
export function madeIn(lives: readonly Life[]): Map<string, Known> {
  const known = new Map<string, Known>()
  for (const { subject, entries } of lives) {
    for (const entry of entries) {
      if (entry.type === 'made' && !known.has(entry.name)) {
        const made = new Made(known.size, entry.command, entry.createdId, entry.command.path ?? [])
        const { document } = entry
        const nothing = { isKept: false, isSaid: false, wasConfirmed: false }
        known.set(entry.name, { subject, document, made, ...nothing, told: new Set() })
      }
      const one = entry.type === 'kept' ? known.get(entry.name) : undefined
      if (one) one.isKept = true
    }
  }
  return known
}

/** How a command of a subject is called. */
export const nameOf = (command: AnyCommand, subject: string): string =>
  command.action === 'delete' ? deletes(command.path, subject) : String((command.props as { name?: unknown }).name)
