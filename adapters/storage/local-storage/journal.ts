import { type Items, parsed } from './items.ts'

/**
 * Items as they were before a write, as pairs of key and text, or keys alone for a write that only removes: that needs no
 * room, and goes on instead of back.
 */
type Journal = readonly (readonly [key: string, text: string | null])[] | readonly string[]

/**
 * Changes several items as if in one step. The journal is written first; when it is removed the write has happened. Throws
 * what `setItem` throws, and has changed nothing then.
 */
export function changeAll(items: Items, journal: string, texts: ReadonlyMap<string, string | null>): void {
  const isRemoval = [...texts.values()].every((text) => text === null)
  const before = isRemoval ? [...texts.keys()] : Array.from(texts.keys(), (key) => [key, items.getItem(key)] as const)
  const isOneStep = texts.size <= 1
  if (!isOneStep) items.setItem(journal, JSON.stringify(before))
  try {
    apply(items, texts)
  } catch (error) {
    if (!isOneStep) recover(items, journal)
    throw error
  }
  if (!isOneStep) items.removeItem(journal)
}

/** Ends what a page began and did not end. `false` where that cannot be understood. */
export function recover(items: Items, journal: string): boolean {
  const text = items.getItem(journal)
  if (text === null) return true
  const found = parsed(text)
  if (!isJournal(found)) return false
  apply(items, new Map(found.map((item) => (typeof item === 'string' ? [item, null] : item))))
  items.removeItem(journal)
  return true
}

/** First what makes room: so whatever fitted together once does so again. */
function apply(items: Items, texts: ReadonlyMap<string, string | null>): void {
  for (const key of texts.keys()) if (texts.size > 1 || texts.get(key) === null) items.removeItem(key)
  for (const [key, text] of texts) if (text !== null) items.setItem(key, text)
}

const isJournal = (found: unknown): found is Journal =>
  Array.isArray(found) && found.every((item) => typeof item === 'string' || (Array.isArray(item) && item.length === 2))
