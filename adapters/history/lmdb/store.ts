import { statSync, truncateSync } from 'node:fs'
import { type Database, open } from 'lmdb'
import { dataFile, prepareFolder, repair, syncFolder, unavailable } from './folder.ts'
import { sealed, unsealed } from './sealed.ts'

/** What is written at a key. A version is needed only where a commit is guarded by this key. */
export interface Row {
  readonly key: Buffer
  readonly value: unknown
  readonly version?: number
}

/** Rows of JSON in one folder, shared with every process that has it open. */
export interface Store {
  /** Looks at one state of the store, the newest. All of it is durable. */
  look<T>(at: (rows: Rows) => T): T
  /**
   * Writes and removes all or nothing, and only if the row of `guard` has this version still (`undefined`: is not
   * there still). Resolves once it is on disk; rejects with `unavailable`.
   */
  commit(guard: Guard, rows: readonly Row[], removed?: readonly Uint8Array[]): Promise<boolean>
  /** The name of the newest commit of any process that can be looked at. */
  newest(): string | undefined
  close(): Promise<void>
}

export interface Guard {
  readonly key: Buffer
  readonly version: number | undefined
}

/** Only for the time of a look. */
export interface Rows {
  get<T>(key: Uint8Array): T | undefined
  /** Values in the order of their keys, and the length of their text. */
  range<T>(range: Range): Iterable<{ readonly value: T; readonly characters: number }>
  keys(range: Range): Iterable<Uint8Array>
}

export interface Range {
  readonly start: Buffer
  readonly end: Buffer
  /** Leaves out `start`. */
  readonly exclusiveStart?: boolean
}

// A row like any other: the library's own count of commits runs ahead of what can be read.
const newestKey = Buffer.from('newest')

/** `nextName` gives each commit a name of its own. */
export function openStore(folder: string, nextName: () => string): Store {
  const database = openDatabase(folder)

  return {
    look(at) {
      database.resetReadTxn()
      return guarded(folder, () =>
        at({
          get: (key) => {
            const text = database.get(key)
            return text === undefined ? undefined : unsealed(folder, text)
          },
          range: (range) =>
            database.getRange(range).map(({ value }) => ({ value: unsealed(folder, value), characters: value.length })),
          keys: (range) => database.getKeys(range),
        }),
      )
    },
    async commit({ key, version }, rows, removed = []) {
      // Before the commit begins, which nothing may interrupt.
      const texts = rows.map(({ value }) => sealed(value))
      const write = () => {
        rows.forEach((row, index) => void database.put(row.key, texts[index] as string, row.version ?? 0))
        for (const gone of removed) void database.remove(gone)
        void database.put(newestKey, nextName(), 0)
      }
      try {
        return await (version === undefined ? database.ifNoExists(key, write) : database.ifVersion(key, version, write))
      } catch (error) {
        throw unavailable(folder, `it could not be written. ${await reasonOf(error)}.`, error)
      }
    },
    newest() {
      database.resetReadTxn()
      return guarded(folder, () => database.get(newestKey))
    },
    close: () => database.close(),
  }
}

function openDatabase(folder: string): Database<string, Uint8Array> {
  prepareFolder(folder)
  return guarded(folder, () => {
    const database = open<string, Uint8Array>(folder, {
      noSubdir: false,
      // Off, a commit is on disk before any reader, here or in another process, can see it, and before its promise
      // resolves. On (the library's default), it is seen first.
      overlappingSync: false,
      // On, a commit that fails (a full disk) leaves a rejected promise of the library's own that nobody can catch.
      eventTurnBatching: false,
      useVersions: true,
      encoding: 'string',
      keyEncoding: 'binary',
    })
    fillUp(folder, database)
    syncFolder(folder)
    return database
  })
}

/**
 * A healthy file may end before its last pages where these are free, and so does one that was cut off. Reading behind
 * the end of a file ends the process; reading zeros is an error. Under the lock for writing, as others may extend it.
 */
function fillUp(folder: string, database: Database<string, Uint8Array>): void {
  database.transactionSync(() => {
    const { lastPageNumber, root } = database.getStats() as { lastPageNumber: number; root: { pageSize: number } }
    const size = (lastPageNumber + 1) * root.pageSize
    if (statSync(dataFile(folder)).size < size) truncateSync(dataFile(folder), size)
  })
}

// Of LMDB's own error numbers those that say that a file is not, or no longer, what it should be.
const isDamage = (code: number): boolean => code >= -30_797 && code <= -30_793

function guarded<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { code, message } = error as Error & { code?: unknown }
    if (typeof code !== 'number') throw error
    throw unavailable(folder, isDamage(code) ? `data.mdb is damaged (${message}). ${repair}` : `${message}.`, error)
  }
}

async function reasonOf(error: unknown): Promise<string> {
  const { commitError, message } = error as Error & { commitError?: Promise<never> }
  return commitError ? commitError.catch((reason: Error) => reason.message) : message
}
