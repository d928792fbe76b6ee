import type { AppendResult, Batch, ClientRecord, Position } from '../../contracts/history.ts'

/** Whoever looks at what a history really holds. */
export interface Archivist {
  begun(document: string, position: Position, initial: string): void
  written(document: string, batch: Batch): void
  durable(document: string, batches: number): void
  /** An append was judged. */
  answered(document: string, batches: readonly Batch[], result: AppendResult): void
  /** A snapshot was kept, and batches up to a count were trimmed. */
  saved(document: string, position: Position, text: string, floor: number): void
  /** So many records are gone. */
  forgot(document: string, records: number): void
  /** Only so many batches are left; with none, not even the beginning. */
  lost(document: string, batches: number, all: boolean): void
}

interface Kept {
  /** How many batches it stands behind. */
  readonly index: number
  readonly position: Position
  readonly text: string
  /** How many batches were gone when it was kept, and how many were too long ago for records. */
  readonly floor: number
  readonly forgotten: number
}

/** How many batches behind the newest snapshot are kept, and how many after which a record is forgotten. */
export interface Keep {
  readonly batches: number
  readonly records: number
}

/** Whoever waits for what it saw to be durable. */
interface Waiting {
  readonly upTo: number
  resolve(): void
  reject(): void
}

/**
 * The history of one document as its store has it: said plainly, by what the contract promises and nothing else. What is
 * written becomes durable a moment later; only then it is read or answered.
 */
export class Log {
  readonly document: string
  readonly grown = new Set<() => void>()
  readonly #archivist: Archivist
  #batches: Batch[] = []
  #records = new Map<string, { readonly record: ClientRecord; readonly number: number }>()
  /** Snapshots, the oldest first; the first of all is the beginning. */
  #snapshots: Kept[] = []
  #durable = 0
  /** How many of the first batches were trimmed. */
  #floor = 0
  /** The last batch that used a record which is forgotten now. */
  #forgotten = 0
  #waiting: Waiting[] = []

  constructor(document: string, archivist: Archivist) {
    this.document = document
    this.#archivist = archivist
  }

  get hasBegun(): boolean {
    return this.#snapshots.length > 0
  }

  /** How many batches it has, and how many of them for sure. */
  get length(): number {
    return this.#batches.length
  }

  get durable(): number {
    return this.#durable
  }

  get head(): Position | undefined {
    return this.hasBegun ? this.#end(this.#batches.length) : undefined
  }

  load(): { readonly text: string; readonly position: Position } | undefined {
    return this.#snapshots.findLast(({ index }) => index <= this.#durable)
  }

  record(client: string, by: string): ClientRecord | undefined {
    return this.#records.get(keyOf({ client, by }))?.record
  }

  append(position: Position, batches: readonly Batch[], initial: string | undefined): AppendResult {
    const result = this.#append(position, batches, initial)
    this.#archivist.answered(this.document, batches, result)
    return result
  }

  /** Calls back once all that is here by now is durable, or lost before it was. */
  whenDurable(resolve: () => void, reject: () => void): void {
    const upTo = this.#batches.length
    if (upTo <= this.#durable) resolve()
    else this.#waiting.push({ upTo, resolve, reject })
  }

  /** The first so many batches are on the disk. */
  sync(upTo: number): void {
    const durable = Math.min(upTo, this.#batches.length)
    if (durable <= this.#durable) return
    this.#durable = durable
    this.#archivist.durable(this.document, durable)
    const ready = this.#waiting.filter((waiting) => waiting.upTo <= durable)
    this.#waiting = this.#waiting.filter((waiting) => waiting.upTo > durable)
    for (const { resolve } of ready) resolve()
    this.#tell()
  }

  save(position: Position, text: string, keep: Keep): 'saved' | 'older' | 'regressed' {
    const index = this.find(position)
    const newest = this.#snapshots.at(-1)?.index ?? 0
    if (index === undefined) {
      return this.#floor > 0 && position.count <= (this.#end(this.#floor)?.count ?? 0) ? 'older' : 'regressed'
    }
    if (index < newest) return 'older'
    const floor = Math.max(this.#floor, index - keep.batches)
    const forgotten = Math.max(0, index - Math.max(keep.batches, keep.records))
    this.#archivist.saved(this.document, position, text, this.#end(floor)?.count ?? 0)
    if (index > newest) this.#snapshots.push({ index, position, text, floor, forgotten })
    this.#floor = floor
    this.#forget(forgotten)
    return 'saved'
  }

  /** How many durable batches lie before a position; `undefined` where it is not held. */
  find(position: Position): number | undefined {
    for (let index = this.#durable; index >= this.#floor; index--) {
      const end = this.#end(index)
      if (end && isAt(end, position)) return index
    }
    return undefined
  }

  /** Why a position is not held. */
  isTrimmed(position: Position): boolean {
    return this.#floor > 0 && position.count <= (this.#end(this.#floor)?.count ?? 0)
  }

  /** The durable batches from an index on; `undefined` where they were trimmed. */
  slice(index: number, most: number): readonly Batch[] | undefined {
    return index < this.#floor ? undefined : this.#batches.slice(index, Math.min(this.#durable, index + most))
  }

  /** Whether the batch before an index still is the one of this mark. */
  endsWith(index: number, position: Position): boolean {
    const end = index <= this.#durable ? this.#end(index) : undefined
    return end !== undefined && isAt(end, position)
  }

  /** The store dies in the middle of a write: what was not durable is gone, and nobody was told that it was there. */
  tear(): number {
    const torn = this.#batches.length - this.#durable
    this.#cutTo(this.#durable, false)
    return torn
  }

  /** Only the first so many batches are left, whatever was promised; with `all`, nothing at all. */
  lose(batches: number, all: boolean): void {
    this.#durable = Math.min(this.#durable, batches)
    this.#cutTo(batches, all)
    this.#tell()
  }

  #append(position: Position, batches: readonly Batch[], initial: string | undefined): AppendResult {
    const { head } = this
    if (head ? !isAt(position, head) : initial === undefined) return { type: 'not_at_head', head }
    const verdicts = this.#verdicts(batches)
    if (verdicts.some(({ verdict }) => verdict !== 'fits')) return { type: 'refused', verdicts }
    if (!head) this.#begin(position, initial as string)
    for (const batch of batches) {
      this.#batches.push(batch)
      this.#records.set(keyOf(batch), { record: recordFrom(batch), number: this.#batches.length })
      this.#archivist.written(this.document, batch)
    }
    return { type: 'appended' }
  }

  #begin(position: Position, text: string): void {
    this.#snapshots = [{ index: 0, position, text, floor: 0, forgotten: 0 }]
    this.#archivist.begun(this.document, position, text)
  }

  #cutTo(length: number, all: boolean): void {
    this.#batches = this.#batches.slice(0, length)
    this.#snapshots = all ? [] : this.#snapshots.filter(({ index }) => index <= length)
    // As it was when the newest snapshot that is left was the newest.
    const { floor, forgotten } = this.#snapshots.at(-1) ?? { floor: 0, forgotten: 0 }
    this.#floor = floor
    this.#records = new Map(
      this.#batches.map((batch, i) => [keyOf(batch), { record: recordFrom(batch), number: i + 1 }]),
    )
    this.#forgotten = 0
    this.#forget(forgotten)
    this.#archivist.lost(this.document, length, all)
    for (const { reject } of this.#waiting.splice(0)) reject()
  }

  #forget(upTo: number): void {
    let count = 0
    for (const [key, { number }] of this.#records) {
      if (number > upTo) continue
      this.#records.delete(key)
      this.#forgotten = Math.max(this.#forgotten, number)
      count++
    }
    if (count > 0) this.#archivist.forgot(this.document, count)
  }

  /** Whether a client without a record may have had one. */
  #mayHaveForgotten({ sentFrom }: Batch): boolean {
    if (!sentFrom) return false
    if (sentFrom.count < (this.#end(this.#forgotten)?.count ?? 0)) return true
    return this.#isOfAnotherHistory({ sentFrom })
  }

  #isOfAnotherHistory({ sentFrom }: Pick<Batch, 'sentFrom'>): boolean {
    if (!sentFrom || sentFrom.count === 0) return false
    return this.find(sentFrom) === undefined && !this.isTrimmed(sentFrom)
  }

  #end(index: number): Position | undefined {
    const batch = this.#batches[index - 1]
    return batch ? endOf(batch) : this.#snapshots[0]?.position
  }

  #verdicts(batches: readonly Batch[]): Extract<AppendResult, { type: 'refused' }>['verdicts'] {
    const before = new Map<string, ClientRecord>()
    return batches.map((batch) => {
      const record = before.get(keyOf(batch)) ?? this.#records.get(keyOf(batch))?.record
      if (!record && this.#mayHaveForgotten(batch)) return { verdict: 'expired', record }
      const seq = record?.seq ?? 0
      if (batch.after === seq && this.#isOfAnotherHistory(batch)) return { verdict: 'expired', record }
      if (batch.after === seq) {
        before.set(keyOf(batch), recordFrom(batch))
        return { verdict: 'fits', record }
      }
      if (batch.after > seq) return { verdict: 'gap', record }
      return { verdict: record && isOther(batch, record) ? 'conflict' : 'seen', record }
    })
  }

  #tell(): void {
    for (const wake of [...this.grown]) wake()
  }
}

const keyOf = ({ client, by }: { readonly client: string; readonly by: string }): string => JSON.stringify([client, by])

const isAt = (a: Position, b: Position): boolean => a.count === b.count && a.mark === b.mark

const endOf = ({ from, completions, mark }: Batch): Position => ({ count: from + completions.length, mark })

const recordFrom = (batch: Batch): ClientRecord => ({
  seq: batch.last,
  first: batch.after + 1,
  position: endOf(batch),
  outcome: batch.outcome,
  hashes: batch.hashes,
})

const isOther = ({ after, hashes }: Batch, { first, hashes: known }: ClientRecord): boolean =>
  hashes.some((hash, i) => {
    const other = known[after + 1 + i - first]
    return other !== undefined && other !== hash
  })
