import { existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Batch } from '../../../lib/contracts/history.ts'
import type { SyncEvent } from '../../../lib/events.ts'
import type { Flush } from '../../../lib/protocol/messages.ts'
import type { Settlement } from '../../../lib/replica/pending.ts'
import type { AnyCommand } from '../../../lib/testing/simulator/checker/replay.ts'
import type { DocumentId } from '../programs/documents.ts'

/** What a process did, was told, or saw. A command goes by its `name`, which no other has. */
export type Entry =
  | {
      readonly type: 'made'
      readonly document: string
      readonly name: string
      readonly command: AnyCommand
      readonly createdId?: string
    }
  | { readonly type: 'kept'; readonly name: string }
  | { readonly type: 'settled'; readonly name: string; readonly settlement: Settlement }
  | { readonly type: 'told'; readonly document: string; readonly event: SyncEvent }
  | { readonly type: 'said'; readonly flush: Flush }
  /** A document with nothing pending, as the hash of its text. */
  | { readonly type: 'shows'; readonly document: string; readonly count: number; readonly hash: string }
  | { readonly type: 'dies'; readonly at: string }
  /** It ended in order, with all that it was asked to do done. */
  | { readonly type: 'ends' }
  | { readonly type: 'wrong'; readonly what: string }
  /** A host was given this by a history, which may lose it again. */
  | { readonly type: 'held'; readonly document: string; readonly batch: Batch }
  /** Something rare. */
  | { readonly type: 'met'; readonly what: string }

/** Notes what happens in a file, so that it is known whatever becomes of the process. */
export class Journal {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, 'a')
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, (error: unknown) => {
        this.note({ type: 'wrong', what: `${event}: ${error instanceof Error ? error.stack : String(error)}` })
        process.exit(1)
      })
    }
  }

  readonly note = (entry: Entry): void => {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
  }
}

/** One life of a process, as it noted it. */
export interface Life {
  /** Who it was: `ann`. Whoever comes back under this name has the same storage. */
  readonly subject: string
  readonly number: number
  readonly entries: readonly Entry[]
}

export const journalIn = (folder: string, subject: string, life: number): string =>
  join(folder, `${subject}.${String(life).padStart(4, '0')}.journal`)

/** All lives that left a journal in a folder, those of one subject in order. */
export function livesIn(folder: string): Life[] {
  const files = existsSync(folder) ? readdirSync(folder).sort() : []
  return files
    .filter((file) => file.endsWith('.journal'))
    .map((file) => {
      const [subject = '', number] = file.split('.')
      return { subject, number: Number(number), entries: entriesIn(join(folder, file)) }
    })
}

/** What is in a journal by now. */
export function entriesIn(path: string): Entry[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line) as Entry)
}

/** Every batch that hosts noted in a folder, by its document; some many times. */
export function heldIn(folder: string): Map<DocumentId, Batch[]> {
  const held = new Map<DocumentId, Batch[]>()
  for (const { entries } of livesIn(folder)) {
    for (const entry of entries) {
      if (entry.type !== 'held') continue
      const id = entry.document as DocumentId
      const batches = held.get(id) ?? []
      held.set(id, batches)
      batches.push(entry.batch)
    }
  }
  return held
}
