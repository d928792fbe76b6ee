import type { Change, Entry, Storage } from '../../../lib/contracts/storage.ts'
import { MillraceError } from '../../../lib/errors.ts'
import { browserFailure, isQuota } from '../browser-failures.ts'
import { holdsAll } from '../entries.ts'
import { opened } from '../opened.ts'
import { takeName } from '../web-locks.ts'
import { database, entriesStore } from './database.ts'

/** How a database is used. */
export interface IndexedDbStorageOptions {
  /** Milliseconds to wait for other tabs that are in the way of opening it. @default 10_000 */
  readonly patience?: number
}

/**
 * Keeps things in the database of that name in this browser: what a client in a page should use. All tabs of an origin
 * may share it. What was written is on the disk. Names are held by Web Locks, which only secure pages have; elsewhere
 * nobody gets one.
 *
 * A tab of an older version lets go of the database for a newer one, and then rejects with `storage_failed` until it is
 * loaded again.
 *
 * ```ts
 * const storage = indexedDbStorage('todo')
 * ```
 */
export function indexedDbStorage(name: string, { patience = 10_000 }: IndexedDbStorageOptions = {}): Storage {
  const { begin, close } = database(name, patience)

  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work().catch((error: Error) => {
        if (error.name !== 'AbortError') throw error
        // The database was lost before anything was written.
        return work()
      })
    } catch (error) {
      throw browserFailure(`The database ${name}`, error)
    }
  }

  return opened({
    read: (document, prefix) => explained(async () => readFrom(await begin('readonly'), document, prefix)),
    write: (document, expected, changes) =>
      explained(async () => writeTo(await begin('readwrite'), document, expected, changes)),
    take: (holdable) => explained(() => takeName(JSON.stringify(['millrace', name, holdable]))),
    free: close,
  })
}

async function readFrom(transaction: IDBTransaction, document: string, prefix: string): Promise<readonly Entry[]> {
  const store = transaction.objectStore(entriesStore)
  const range = IDBKeyRange.bound([document, prefix], [document, behind(prefix)], false, true)
  const [keys, values] = await Promise.all([answerTo(store.getAllKeys(range)), answerTo(store.getAll(range))])
  return keys.map((key, index) => ({ key: (key as [string, string])[1], value: values[index] as string }))
}

async function writeTo(
  transaction: IDBTransaction,
  document: string,
  expected: readonly Change[],
  changes: readonly Change[],
): Promise<boolean> {
  const ended = endOf(transaction)
  const store = transaction.objectStore(entriesStore)
  const found = await Promise.all(expected.map(({ key }) => answerTo<string | undefined>(store.get([document, key]))))
  const values = new Map(expected.map(({ key }, index) => [key, found[index]]))
  const holds = holdsAll(expected, (key) => values.get(key))
  if (holds) put(store, document, changes)
  // The success of a request says nothing: a quota may still abort it all.
  await ended.catch((error: unknown) => {
    throw isQuota(error) || !holds ? error : unknownOutcome(error)
  })
  return holds
}

const unknownOutcome = (error: unknown): MillraceError =>
  new MillraceError('storage_unknown', 'A write was lost sight of: whether it is there cannot be said.', {}, error)

function put(store: IDBObjectStore, document: string, changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (value === undefined) store.delete([document, key])
    else store.put(value, [document, key])
  }
  store.transaction.commit()
}

const answerTo = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

function endOf(transaction: IDBTransaction): Promise<void> {
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  // Where a request fails first, that is what is told.
  ended.catch(() => undefined)
  return ended
}

/** What all texts with this beginning come before, and no other text behind them. A list comes behind all texts. */
function behind(prefix: string): string | [] {
  for (let end = prefix.length - 1; end >= 0; end -= 1) {
    const unit = prefix.charCodeAt(end)
    if (unit < 0xffff) return prefix.slice(0, end) + String.fromCharCode(unit + 1)
  }
  return []
}
