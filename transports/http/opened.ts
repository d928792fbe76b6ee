import type { Commands, ErrorMessage, Flushed, ServerMessage, SnapshotMessage } from '../../lib/protocol/messages.ts'
import { openingKey } from './wire.ts'

/** Where a client stands in a document, and where the host has said that it will bring it. */
interface Opening {
  readonly document: string
  readonly client: string
  /** It comes back, and has all up to there. */
  readonly isResumed: boolean
  at: string | undefined
  due: string | undefined
  /** The record with which the host begins, until there is news that it belongs to. */
  held: Flushed | undefined
}

/** The openings of one request: how far the host has brought each, and what of that is news. */
export class Opened {
  readonly #openings = new Map<string, Opening>()

  expect(document: string, client: string, at: string | undefined, isResumed: boolean): void {
    const resumes = isResumed && at !== undefined
    const opening = { document, client, isResumed: resumes, at, due: undefined, held: undefined }
    this.#openings.set(openingKey(document, client), opening)
  }

  close(document: string, client: string): void {
    this.#openings.delete(openingKey(document, client))
  }

  /** Whether the host has brought all of them to where it stood. */
  get areUp(): boolean {
    return [...this.#openings.values()].every(isUp)
  }

  /** What was opened and is not answered. */
  get unanswered(): readonly Opening[] {
    return [...this.#openings.values()].filter((opening) => !opening.isResumed && !isUp(opening))
  }

  followed(batch: Commands): readonly ServerMessage[] {
    const openings = this.#of(batch)
    const records = openings.flatMap(({ held }) => held ?? [])
    for (const opening of openings) {
      opening.held = undefined
      follow(opening, batch)
    }
    return [...records, batch]
  }

  /** Who comes back and cannot be brought up by batches has not asked for all of it: that is for an opening. */
  replaced(snapshot: SnapshotMessage): readonly ServerMessage[] {
    const meant = this.#of(snapshot).filter((opening) => opening.due !== undefined && !isUp(opening))
    if (meant.length > 0 && meant.every(({ isResumed }) => isResumed)) return meant.map((one) => apart(one, snapshot))
    for (const opening of meant) {
      opening.at = snapshot.position.mark
      opening.due = opening.at
    }
    return [snapshot]
  }

  /** @returns what is told of a record, where it is the one that an opening begins with */
  begun(record: Flushed): readonly ServerMessage[] | undefined {
    const opening = this.#openings.get(openingKey(record.document, record.client))
    if (!opening) return undefined
    const isFirst = opening.due === undefined
    opening.due = record.position.mark
    if (record.follows) opening.at = opening.due
    if (!isFirst) return undefined
    if (!opening.isResumed) return [record]
    opening.held = isUp(opening) ? undefined : record
    return []
  }

  #of({ document }: { readonly document: string }): Opening[] {
    return [...this.#openings.values()].filter((opening) => opening.document === document)
  }

  /** An error about a document that is not about a flush closes it. */
  failed({ document, client }: ErrorMessage): void {
    for (const [key, opening] of this.#openings) {
      if (opening.document === document && (client ?? opening.client) === opening.client) this.#openings.delete(key)
    }
  }
}

const isUp = ({ at, due }: Opening): boolean => due !== undefined && at === due

/** Who was brought up stays so. */
function follow(opening: Opening, { follows, mark }: Commands): void {
  if (opening.at !== follows) return
  if (isUp(opening)) opening.due = mark
  opening.at = mark
}

function apart({ document, client }: Opening, { regressed }: SnapshotMessage): ErrorMessage {
  const message = 'No batches lead on from that position: open it again.'
  return { type: 'error', code: regressed ? 'regressed' : 'history_trimmed', message, document, client }
}
