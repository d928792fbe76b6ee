import { failed, inTheWay } from '../browser-failures.ts'

/** Where all entries are, each at its document's id and its key. */
export const entriesStore = 'entries'

/** The form in which things are kept. A page of an older version does not open what a newer one has changed. */
const version = 1

/** One database, opened when it is first needed and again after it was lost. */
export interface Database {
  /** Begins a transaction over the entries. */
  begin(mode: IDBTransactionMode): Promise<IDBTransaction>
  close(): void
}

/** Whoever waits for others to let it open gives up after so many milliseconds. */
export function database(name: string, patience: number): Database {
  let opening: Promise<IDBDatabase> | undefined

  const open = (): Promise<IDBDatabase> => {
    const opened = opening ?? openDatabase(name, patience, () => forget(opened))
    opening = opened
    opened.catch(() => forget(opened))
    return opened
  }
  const forget = (opened: Promise<IDBDatabase>) => {
    if (opening === opened) opening = undefined
  }

  return {
    async begin(mode) {
      const found = await open()
      try {
        return found.transaction(entriesStore, mode, { durability: 'strict' })
      } catch (error) {
        if ((error as Error).name !== 'InvalidStateError') throw error
        // It was lost a moment ago, and says so later.
        opening = undefined
        return (await open()).transaction(entriesStore, mode, { durability: 'strict' })
      }
    },
    close() {
      opening?.then((found) => found.close()).catch(() => undefined)
    },
  }
}

function openDatabase(name: string, patience: number, onLost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const late = () => {
      isLate = true
      reject(failed(name, inTheWay))
    }
    const request = indexedDB.open(name, version)
    const waiting = setTimeout(late, patience)
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) request.result.createObjectStore(entriesStore)
    }
    request.onerror = () => {
      clearTimeout(waiting)
      reject(openingFailure(name, request.error))
    }
    request.onsuccess = () => {
      clearTimeout(waiting)
      const found = request.result
      if (isLate) return found.close()
      // A newer version, or whoever deletes it, need not wait for this page.
      found.onversionchange = () => {
        found.close()
        onLost()
      }
      found.onclose = onLost
      resolve(found)
    }
  })
}

const openingFailure = (name: string, error: DOMException | null): unknown =>
  error?.name === 'VersionError'
    ? failed(name, 'a newer version of this application has it. Load the page again.', error)
    : error
