import { createHash } from 'node:crypto'
import { repair, unavailable } from './folder.ts'

const sumLength = 8

/** A value as it is stored: JSON behind a part of its hash, as the library does not notice a flipped bit. */
export function sealed(value: unknown): string {
  const text = JSON.stringify(value)
  return sumOf(text) + text
}

/** The value again. Throws `unavailable` where it is not what was stored. */
export function unsealed<T>(folder: string, stored: string): T {
  const text = stored.slice(sumLength)
  if (stored.slice(0, sumLength) !== sumOf(text)) throw unavailable(folder, `data.mdb is damaged. ${repair}`)
  return JSON.parse(text) as T
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, sumLength)
