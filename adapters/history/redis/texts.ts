import type { Batch, ClientRecord } from '../../../lib/contracts/history.ts'
import { clientKey, endOf, type Spot } from '../rules.ts'
import { decoded, encoded } from './keys.ts'

/** A batch as the script that appends takes it; `text` is the batch as JSON. */
export function argumentsOf(batch: Batch, text: string): string[] {
  const { mark, client, by, after, last, sentFrom, hashes, outcome } = batch
  return [
    clientKey(client, by),
    String(after),
    String(last),
    String(endOf(batch).count),
    mark,
    sentFrom ? String(sentFrom.count) : '',
    sentFrom?.mark ?? '',
    hashes.map(encoded).join(' '),
    JSON.stringify([mark, outcome]),
    text,
  ]
}

/** A record as the scripts keep it: its numbers and hashes in one line, and what nobody in between looks at in another. */
export function recordIn(text: string): ClientRecord | undefined {
  if (text === '') return undefined
  const end = text.indexOf('\n')
  const [seq, first, count, , ...hashes] = text.slice(0, end).split(' ')
  const [mark, outcome] = JSON.parse(text.slice(end + 1)) as [string, ClientRecord['outcome']]
  return {
    seq: Number(seq),
    first: Number(first),
    position: { count: Number(count), mark },
    outcome,
    hashes: hashes.map(decoded),
  }
}

/** A place as the scripts write it. */
export function spotIn(text: string): Spot {
  const [, count, number, mark] = /^(\d+) (\d+) (.*)$/s.exec(text) as unknown as [string, string, string, string]
  return { count: Number(count), number: Number(number), mark }
}

/** What is told of an append: the number of its last batch, and the batches as JSON where these are small. */
export interface Notice {
  readonly number: number
  readonly texts: readonly string[]
  /** The mark of that batch, where somebody has looked. */
  readonly mark?: string
}

/** `undefined` where it is none: then it says no more than that somebody should look. */
export function noticeIn(text: string): Notice | undefined {
  const end = text.indexOf('\n')
  const first = end < 0 ? text : text.slice(0, end)
  const number = Number(first)
  if (!/^\d+$/.test(first) || !Number.isSafeInteger(number)) return undefined
  return {
    number,
    // Most are known by their number alone.
    get texts() {
      return end < 0 ? [] : text.slice(end + 1).split('\n')
    },
  }
}
