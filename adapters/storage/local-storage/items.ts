/** What `localStorage` is: texts under texts, one at a time. */
export interface Items {
  keys(): readonly string[]
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

// A browser may change what is no sound Unicode, or end at a NUL.
const odd = /[\0\p{Surrogate}]/u
const plain = '='

/** A value as it is kept: as it is where that comes back as it was, as JSON elsewhere. */
export const kept = (value: string): string => (odd.test(value) ? JSON.stringify(value) : plain + value)

/** The value again; `undefined` where it is none. */
export function valueOf(text: string): string | undefined {
  if (text.startsWith(plain)) return text.slice(plain.length)
  const value = parsed(text)
  return typeof value === 'string' ? value : undefined
}

/** What a text of JSON holds; `undefined` where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
