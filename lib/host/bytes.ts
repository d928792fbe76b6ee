import { byteLength } from '../protocol/fingerprint.ts'

const beyondAscii = /[\u0080-\uffff]/

/** How many bytes a text takes as UTF-8. Most are ASCII, which a search finds out several times as quickly as a look at each. */
export const bytesOf = (text: string): number => (beyondAscii.test(text) ? byteLength(text) : text.length)

/** A size as people read it. */
export const sizeOf = (bytes: number): string =>
  bytes < 100_000 ? `${bytes} bytes` : `${Math.round(bytes / 100_000) / 10} MB`
