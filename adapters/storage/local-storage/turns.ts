import { filter, firstValueFrom, fromEvent, interval, map, merge, of, startWith, take, timeout } from 'rxjs'
import { alone, heldNames, takeName } from '../web-locks.ts'
import type { Items } from './items.ts'

/** Does something to the items while no other page does, and after it sees what those before it did. */
export type InTurn = <T>(work: (items: Items) => T) => Promise<T>

/** How long what a page has written may take to the others: the browser carries it from process to process. */
const settling = 50
const longest = 2_000

/**
 * Turns of all pages at the items of one name. Pages in different processes see each other's items late, also when they
 * take turns. So each write counts up an item, behind all else; each page says by the name of a lock how far it has
 * counted; and whoever has its turn waits until it sees that count.
 */
export function turnsOf(name: string): InTurn {
  const [turn, count, mark] = [lockOf(name, 'turn'), JSON.stringify([name]), lockOf(name, 'count')]

  return (work) =>
    alone(turn, async (isTogether) => {
      const seen = isTogether ? await seenCount(mark, count) : 0
      const written = watched(count)
      try {
        return work(written.items)
      } finally {
        const next = written.isChanged() ? seen + 1 : seen
        if (written.isChanged()) localStorage.setItem(count, padded(next))
        if (isTogether) await announce(mark, next)
      }
    })
}

// A page has one mark for each name, until it is gone: who looks for it may come when its storage is closed already.
const marks = new Map<string, { readonly count: number; readonly letGo: (() => void) | undefined }>()

async function announce(mark: string, count: number): Promise<void> {
  const before = marks.get(mark)
  if (before?.count === count) return
  // Several pages may have counted as far.
  const letGo = await takeName(JSON.stringify([mark, count, crypto.getRandomValues(new Uint32Array(2)).join('-')]))
  marks.set(mark, { count, letGo })
  before?.letGo?.()
}

/** How far anybody has counted, once this page sees it. */
async function seenCount(mark: string, count: string): Promise<number> {
  const counts = (await heldNames()).flatMap((held) => countIn(held, mark))
  if (counts.length === 0) await settled(() => false, settling)
  const newest = Math.max(0, ...counts)
  const sees = () => Number(localStorage.getItem(count)) >= newest
  // Where it never comes somebody has cleared the items: they begin anew.
  if (!(await settled(sees, longest))) localStorage.setItem(count, padded(newest))
  return Number(localStorage.getItem(count))
}

function countIn(held: string, mark: string): readonly number[] {
  if (!held.startsWith(JSON.stringify([mark]).slice(0, -1))) return []
  return [(JSON.parse(held) as readonly [string, number])[1]]
}

/** Whether it holds, at once or within so many milliseconds. */
function settled(holds: () => boolean, within: number): Promise<boolean> {
  const looks$ = merge(fromEvent(globalThis, 'storage'), interval(5)).pipe(startWith(undefined))
  return firstValueFrom(
    looks$.pipe(
      filter(holds),
      take(1),
      map(() => true),
      timeout({ first: within, with: () => of(false) }),
    ),
  )
}

/** The items, which know whether they were changed. The count is there before anything else is, so that it finds room. */
function watched(count: string): { readonly items: Items; isChanged(): boolean } {
  let isChanged = false
  const items = localStorage
  const change = () => {
    if (items.getItem(count) === null) items.setItem(count, padded(0))
    isChanged = true
  }
  return {
    isChanged: () => isChanged,
    items: {
      keys: () => Array.from({ length: items.length }, (_, index) => items.key(index) as string),
      getItem: (key) => items.getItem(key),
      setItem(key, text) {
        change()
        items.setItem(key, text)
      },
      removeItem(key) {
        change()
        items.removeItem(key)
      },
    },
  }
}

const lockOf = (name: string, what: string): string => JSON.stringify(['millrace', name, what])

// As long as it is, it fits where it was.
const padded = (count: number): string => `${count}`.padStart(16, '0')
