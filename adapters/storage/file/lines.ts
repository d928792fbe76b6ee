import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** Where a line is in its file, its end of line included. */
export interface Span {
  readonly at: number
  readonly bytes: number
}

/** A line as it is found. The last one of a file may lack its end. */
export interface Line extends Span {
  readonly text: Buffer
  readonly isWhole: boolean
}

const sumLength = 8
const newline = 10
const chunk = 256 * 1024

/** A value as one line: JSON, which has no line breaks of its own, behind a part of its hash. */
export function sealed(value: unknown): Buffer {
  const text = JSON.stringify(value)
  return Buffer.from(`${sumOf(text)} ${text}\n`)
}

/** What a line holds; `undefined` where it is not what was written. */
export function unsealed(line: Buffer): unknown {
  const text = line.subarray(sumLength + 1)
  return line.toString('latin1', 0, sumLength + 1) === `${sumOf(text)} ` ? JSON.parse(text.toString()) : undefined
}

/** The lines of a file from one place to another, which are the beginning and the end of a line. */
export async function* linesIn(file: FileHandle, from: number, to: number): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0)
  let at = from
  for (let position = from; position < to; ) {
    const read = await readAt(file, position, Math.min(Math.max(chunk, rest.length), to - position))
    if (read.length === 0) break
    position += read.length
    const text = rest.length === 0 ? read : Buffer.concat([rest, read])
    let begin = 0
    for (let end = text.indexOf(newline, rest.length); end >= 0; end = text.indexOf(newline, begin)) {
      yield { at, bytes: end + 1 - begin, text: text.subarray(begin, end), isWhole: true }
      at += end + 1 - begin
      begin = end + 1
    }
    rest = text.subarray(begin)
  }
  if (rest.length > 0) yield { at, bytes: rest.length, text: rest, isWhole: false }
}

/** Up to so many bytes from there; fewer at the end of the file. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

export async function writeAt(file: FileHandle, position: number, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
}

const sumOf = (text: string | Buffer): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, sumLength)
