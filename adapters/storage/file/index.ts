import { join } from 'node:path'
import type { Storage } from '../../../lib/contracts/storage.ts'
import { realEnvironment } from '../../../lib/environment.ts'
import { opened } from '../opened.ts'
import { type StoredDocument, storedDocument } from './document.ts'
import { failure } from './failures.ts'
import { fileName, foldersIn, makeFolders } from './folders.ts'
import { locksIn } from './locks.ts'

/** How files are kept. */
export interface FileStorageOptions {
  /**
   * Whether a write waits until it is on the disk. Without it, what was written survives the death of the process and
   * not that of the machine. @default true
   */
  readonly sync?: boolean
}

/**
 * Keeps things in a folder, for clients in Node: a file for each document, to which every write is appended. The
 * processes of one machine may share a folder. A name is let go when its holder is killed; where the system does not show
 * when a process began (all but Linux), not before the number of the process is free again.
 *
 * What a crash left unfinished is not seen; what is damaged is put aside beside the file, under a name of its own. Rejects
 * with `storage_failed` where the folder cannot be used, with what to do about it.
 *
 * ```ts
 * const storage = fileStorage('./offline')
 * ```
 */
export function fileStorage(folder: string, { sync = true }: FileStorageOptions = {}): Storage {
  const folders = foldersIn(folder)
  const nextName = realEnvironment.id
  const locks = locksIn(folders.locks, nextName)
  const documents = new Map<string, StoredDocument>()
  const explained = (error: unknown) => failure(folder, error)
  let made: Promise<void> | undefined

  const ready = async () => {
    made ??= makeFolders(folders)
    await made.catch((error: unknown) => {
      made = undefined
      throw explained(error)
    })
  }

  const documentOf = (document: string): StoredDocument => {
    const path = join(folders.documents, fileName(document))
    const stored = documents.get(document) ?? storedDocument({ document, path, sync, nextName }, locks, explained)
    documents.set(document, stored)
    return stored
  }

  return opened({
    async read(document, prefix) {
      await ready()
      return documentOf(document).read(prefix)
    },
    async write(document, expected, changes) {
      await ready()
      return documentOf(document).write({ expected, changes })
    },
    async take(name) {
      await ready()
      return locks.take(fileName(name)).catch((error: unknown) => {
        throw explained(error)
      })
    },
    async free() {
      await Promise.all(Array.from(documents.values(), ({ idle }) => idle()))
    },
  })
}
