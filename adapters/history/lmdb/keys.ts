import { createHash } from 'node:crypto'
import { clientKey, type Spot } from '../rules.ts'

/** Where everything of one document stands. */
export interface Keys {
  /** The id itself, for whoever looks into a store. */
  readonly name: Buffer
  /** The head, a Spot. */
  readonly head: Buffer
  /** The newest snapshot: its Spot, and apart from it its document, which may be large. */
  readonly snapshot: Buffer
  readonly document: Buffer
  /** A batch, by the count and the number it ends with, which gives their order. */
  batch(spot: Pick<Spot, 'count' | 'number'>): Buffer
  /** From the first batch, or the first that ends with this count, to before the end of all. */
  batchesFrom(count?: number): Buffer
  readonly batchesEnd: Buffer
  /** A client's record. */
  record(client: string, by: string): Buffer
  /** That records were forgotten which were last used at this count. The highest counts. */
  trace(count: number): Buffer
  readonly traces: Span
  /** A Sleeper, by what was the place of its last batch, which is trimmed. */
  sleeper(spot: Pick<Spot, 'count' | 'number'>): Buffer
  readonly sleepers: Span
}

interface Span {
  readonly start: Buffer
  readonly end: Buffer
}

/**
 * Each key begins with a hash of the document's id, because ids are any text of any length and a key is neither. JSON
 * keeps ids apart that UTF-8 would not (lone surrogates).
 */
export function keysOf(id: string): Keys {
  const document = hash(JSON.stringify(id))
  const key = (kind: string, ...rest: Buffer[]) => Buffer.concat([document, Buffer.from(kind), ...rest])
  const batches = key('b')
  const placed = (kind: string, { count, number }: Pick<Spot, 'count' | 'number'>) =>
    key(kind, ordered(count), ordered(number))

  return {
    name: key('n'),
    head: key('h'),
    snapshot: key('s'),
    document: key('d'),
    batch: (spot) => placed('b', spot),
    batchesFrom: (count = 0) => Buffer.concat([batches, ordered(count)]),
    batchesEnd: key('c'),
    record: (client, by) => key('r', hash(clientKey(client, by))),
    trace: (count) => placed('t', { count, number: 0 }),
    traces: { start: key('t'), end: key('u') },
    sleeper: (spot) => placed('z', spot),
    sleepers: { start: key('z'), end: key('{') },
  }
}

/** What the key of a batch, a sleeper or a trace says of it. */
export function spotIn(key: Uint8Array): Pick<Spot, 'count' | 'number'> {
  const numbers = new DataView(key.buffer, key.byteOffset + key.byteLength - 16, 16)
  return { count: numbers.getFloat64(0), number: numbers.getFloat64(8) }
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()

// Doubles that are not negative stand in the order of their bytes.
function ordered(count: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(count)
  return bytes
}
