import type { Change, Entry, Storage } from '../../../lib/contracts/storage.ts'
import { MillraceError } from '../../../lib/errors.ts'
import { browserFailure } from '../browser-failures.ts'
import { byKey, holdsAll } from '../entries.ts'
import { opened } from '../opened.ts'
import { takeName } from '../web-locks.ts'
import { type Items, kept, parsed, valueOf } from './items.ts'
import { changeAll, recover } from './journal.ts'
import { turnsOf } from './turns.ts'

/**
 * Keeps things in `localStorage`, under keys that begin with this name: for pages that have no IndexedDB, and little to
 * keep, for a browser gives it about five million characters. All tabs of an origin may share it.
 *
 * A write survives the death of its page at any point, whole or not at all. The browser brings it to the disk some
 * seconds later: what was written then may be lost with the browser or the machine. Tabs take turns, and names are held,
 * by Web Locks, which only secure pages have. Without them nobody gets a name, and two tabs that write one document at
 * about the same moment may not see each other.
 *
 * ```ts
 * const storage = localStorageStorage('todo')
 * ```
 */
export function localStorageStorage(name: string): Storage {
  const inTurn = turnsOf(name)

  const at = async <T>(document: string, work: (items: Items) => T): Promise<T> => {
    try {
      return await inTurn((items) => {
        const journal = journalOf(name, document)
        if (!recover(items, journal)) throw putAside(items, journal)
        return work(items)
      })
    } catch (error) {
      throw browserFailure('localStorage', error)
    }
  }

  return opened({
    read: (document, prefix) => at(document, (items) => readFrom(items, name, document, prefix)),
    write: (document, expected, changes) => at(document, (items) => writeTo(items, name, document, expected, changes)),
    take: (holdable) => takeName(JSON.stringify(['millrace', name, 'name', holdable])),
  })
}

const itemOf = (name: string, document: string, key: string): string => JSON.stringify([name, document, key])
const journalOf = (name: string, document: string): string => JSON.stringify([name, document])

function readFrom(items: Items, name: string, document: string, prefix: string): readonly Entry[] {
  // All but the end of the list.
  const begin = `${journalOf(name, document).slice(0, -1)},`
  const entries: Entry[] = []
  for (const item of items.keys()) {
    const key = item.startsWith(begin) ? keyIn(item) : undefined
    if (key?.startsWith(prefix)) entries.push({ key, value: soundValue(items, item) as string })
  }
  return entries.sort(byKey)
}

/** What is there by our own hand; others may keep something beside it. */
function keyIn(item: string): string | undefined {
  const found = parsed(item) as readonly unknown[] | undefined
  return found?.length === 3 && typeof found[2] === 'string' ? found[2] : undefined
}

function writeTo(
  items: Items,
  name: string,
  document: string,
  expected: readonly Change[],
  changes: readonly Change[],
): boolean {
  if (!holdsAll(expected, (key) => soundValue(items, itemOf(name, document, key)))) return false
  const texts = new Map(
    changes.map(({ key, value }) => [itemOf(name, document, key), value === undefined ? null : kept(value)]),
  )
  changeAll(items, journalOf(name, document), texts)
  return true
}

function soundValue(items: Items, item: string): string | undefined {
  const text = items.getItem(item)
  if (text === null) return undefined
  const value = valueOf(text)
  if (value === undefined) throw putAside(items, item)
  return value
}

/** Gives an item a name that nobody reads. */
function putAside(items: Items, item: string): MillraceError {
  const aside = `${item} damaged`
  const text = items.getItem(item) as string
  items.removeItem(item)
  items.setItem(aside, text)
  return new MillraceError('storage_damaged', `What localStorage has under ${item} is not what was written.`, { aside })
}
