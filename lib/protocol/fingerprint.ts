// At hand: where specs run, every look at a global is a search.
const { imul } = Math
const { fromCharCode } = String
const digits = Uint8Array.from('0123456789abcdefghijklmnopqrstuv', (digit) => digit.charCodeAt(0)) as ArrayLike<number>

/**
 * A short name for a text: two that differ have different ones, but for an accident in 2^52. Two FNV-1a hashes of 32
 * bits (Fowler, Noll, Vo), the second over the text with another seed, six digits of each.
 */
export function fingerprint(text: string): string {
  let a = 0x811c9dc5
  let b = 0x1b873593
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = imul(a ^ unit, 0x01000193)
    b = imul(b ^ unit ^ (a >>> 15), 0x01000193)
  }
  return inDigits(a) + inDigits(b)
}

/** The upper thirty bits, five a digit: a host does this for every command, and `toString` takes longer than the hash. */
const inDigits = (bits: number): string =>
  fromCharCode(
    digits[bits >>> 27] as number,
    digits[(bits >>> 22) & 31] as number,
    digits[(bits >>> 17) & 31] as number,
    digits[(bits >>> 12) & 31] as number,
    digits[(bits >>> 7) & 31] as number,
    digits[(bits >>> 2) & 31] as number,
  )

/** The mark of a history's beginning: equal documents begin at the same position, wherever they are opened. */
export const initialMark = (document: object): string => `=${fingerprint(JSON.stringify(document))}`

/** How many bytes a text takes as UTF-8. */
export function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}
