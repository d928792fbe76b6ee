/** Names a place in a document, from the root: the keys on the way. */
export type Path = readonly string[]

export const root: Path = []

/** A path as people read it: `todos/42`; the root is `/`. */
export const pointer = (path: Path): string => (path.length === 0 ? '/' : path.join('/'))

/** A key that reaches a prototype is never data. */
export const isUnsafeKey = (key: string): boolean => key === '__proto__' || key === 'constructor' || key === 'prototype'

/** Whether `path` is `above` or lies below it. */
export function leadsThrough(path: Path, above: Path): boolean {
  return path.length >= above.length && sharedLength(path, above) === above.length
}

/** How many segments two paths begin with in common. */
export function sharedLength(a: Path, b: Path): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a[length] === b[length]) length++
  return length
}

// The last of each length.
const kept: Path[] = []

/**
 * A copy of the first segments of a path, all of them by default, that nobody changes. Equal ones in a row are the same
 * array: commands in a row are often about the same record, and many of them wait at a time.
 */
export function keepPath(path: Path, length: number = path.length): Path {
  const known = kept[length]
  if (known && sharedLength(path, known) === length) return known
  const copy = path.slice(0, length)
  kept[length] = copy
  return copy
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && leadsThrough(a, b)
}

/** Whether the language puts this key in front, by number, wherever it was added. */
export function isIndexKey(key: string): boolean {
  const first = key.charCodeAt(0)
  if (!(first >= 48 && first <= 57) || key.length > 10) return false
  const index = Number(key)
  return index < 4_294_967_295 && String(index) === key
}
