import type { Storage } from '../../../lib/contracts/storage.ts'
import { change, holdsAll, inOrder } from '../entries.ts'
import { opened } from '../opened.ts'

/** What several storages in the memory of one process share. It outlives them. */
export interface SharedMemory {
  readonly documents: Map<string, Map<string, string>>
  readonly names: Set<string>
}

/** A memory for several storages to share, empty at first. */
export const sharedMemory = (): SharedMemory => ({ documents: new Map(), names: new Set() })

/**
 * Keeps things in the memory of this process, gone with it: for specs, and for clients that keep nothing. Storages that
 * are handed the same memory share it as tabs share theirs, and find it again after they were closed.
 */
export function memoryStorage({ documents, names }: SharedMemory = sharedMemory()): Storage {
  return opened({
    async read(document, prefix) {
      return inOrder(documents.get(document) ?? new Map(), prefix)
    },
    async write(document, expected, changes) {
      const values = documents.get(document) ?? new Map<string, string>()
      if (!holdsAll(expected, (key) => values.get(key))) return false
      change(values, changes)
      if (values.size > 0) documents.set(document, values)
      else documents.delete(document)
      return true
    },
    async take(name) {
      if (names.has(name)) return undefined
      names.add(name)
      return () => void names.delete(name)
    },
  })
}
