import type { Batch, Position } from '../../../contracts/history.ts'
import type { Made } from './made.ts'
import { type Judged, type Law, type Said, wrongIn } from './oracle.ts'
import type { Json } from './replay.ts'

/** What is wrong: which invariant, and how. */
export type Rare = (what: string) => void
export type Fail = (invariant: string, what: string) => void

/** A flush on its way, with the commands that it is of. */
export interface SaidFlush extends Said {
  readonly mades: readonly (Made | undefined)[]
  readonly subject: string
}

interface Page {
  readonly batch: Batch
  readonly mades: readonly (Made | undefined)[]
  /** The document behind it, as text. */
  readonly text: string
  /** What a record of it tells. */
  readonly known: ReadonlyMap<number, Judged>
}

/** What the history of one document really holds, checked batch by batch, and what its documents are by plain replay. */
export class Ledger {
  /** How often something that was durable was lost. */
  losses = 0
  /** Whether a record was ever forgotten. */
  hasForgotten = false
  /** Nobody can tell any more whether a position up to this count was held. */
  trimmed = 0
  readonly document: string
  readonly #initial: string
  readonly #fail: Fail
  readonly #lawOf: (subject: string) => Law
  readonly #flushes = new Map<string, SaidFlush[]>()
  readonly #rare: Rare
  /** A flush was taken in two batches. */
  #hasSplit = false
  #begin: Position | undefined
  #state: Json
  #pages: Page[] = []
  #durable = 0
  /** The texts that a count ever had. */
  readonly #texts = new Map<number, Set<string>>()
  /** The text at a mark that the history ever had. */
  readonly #marks = new Map<string, string>()
  readonly #held = new Set<string>()

  constructor(document: string, initial: object, fail: Fail, lawOf: (subject: string) => Law, rare: Rare) {
    this.#rare = rare
    this.document = document
    this.#initial = JSON.stringify(initial)
    this.#state = JSON.parse(this.#initial)
    this.#fail = fail
    this.#lawOf = lawOf
    this.#texts.set(0, new Set([this.#initial]))
  }

  /** The document now, of what is durable. */
  get text(): string {
    return this.#pages[this.#durable - 1]?.text ?? this.#initial
  }

  get count(): number {
    const batch = this.#pages[this.#durable - 1]?.batch
    return batch ? batch.from + batch.completions.length : 0
  }

  get batches(): number {
    return this.#pages.length
  }

  /** Whether what became of a command may be known to nobody: a record tells of the last batch alone. */
  get mayForget(): boolean {
    return this.losses > 0 || this.hasForgotten || this.#hasSplit
  }

  textsAt(count: number): Iterable<string> {
    return this.#texts.get(count) ?? []
  }

  /** Whether a position was durable once and is not held any more. */
  hasLost({ mark }: Position): boolean {
    return this.#marks.has(mark) && !this.#held.has(mark)
  }

  said(client: string, flush: SaidFlush): void {
    const all = this.#flushes.get(client) ?? []
    this.#flushes.set(client, all)
    const text = JSON.stringify(flush.completions)
    const isKnown = all.some(
      ({ after, completions, mades }) =>
        after === flush.after && mades[0] === flush.mades[0] && JSON.stringify(completions) === text,
    )
    if (!isKnown) all.push(flush)
  }

  begun(position: Position, initial: string): void {
    if (position.count !== 0) this.#fail('I1', `A history begins at ${position.count}.`)
    if (initial !== this.#initial) this.#fail('I7', `A history begins with ${initial}.`)
    this.#begin = position
    this.#hold(position, initial)
  }

  written(batch: Batch): void {
    const last = this.#pages.at(-1)
    const head = last ? endOf(last.batch) : (this.#begin as Position)
    if (batch.follows !== head.mark || batch.from !== head.count)
      return this.#fail(
        'I1',
        `${batch.mark} follows ${batch.follows} at ${batch.from}; the head is ${head.mark} at ${head.count}.`,
      )
    const before = this.#pages.findLast((page) => page.batch.client === batch.client)
    const seq = before?.batch.last ?? 0
    if (batch.after !== seq && !(batch.after === 0 && this.hasForgotten))
      return this.#fail('I2', `${batch.client} stands at ${seq}, and its batch ${batch.mark} follows ${batch.after}.`)
    this.#judge(batch, before)
  }

  durable(batches: number): void {
    for (const { batch, mades, text } of this.#pages.slice(this.#durable, batches)) {
      const rejected = new Set(batch.outcome.rejected?.map(({ seq }) => seq))
      mades.forEach((made, i) => {
        if (!made) return
        if (rejected.has(batch.after + 1 + i)) made.wasRefused = true
        else made.wasTaken = true
      })
      this.#hold(endOf(batch), text)
    }
    this.#durable = batches
  }

  saved({ mark, count }: Position, text: string, floor: number): void {
    this.trimmed = Math.max(this.trimmed, floor)
    if (this.#marks.get(mark) !== text)
      this.#fail('I7', `The snapshot at ${count} is ${text}, not ${this.#marks.get(mark)}.`)
  }

  lost(batches: number, all: boolean): void {
    const gone = this.#pages.splice(batches)
    for (const { mades, batch } of gone) {
      this.#held.delete(batch.mark)
      for (const made of mades) {
        if (!made) continue
        made.inHistory = 0
        if (made.wasTaken || made.wasRefused) made.wasLost = true
      }
    }
    if (batches < this.#durable || all) this.losses++
    this.#durable = Math.min(this.#durable, batches)
    if (all && this.#begin) this.#held.delete(this.#begin.mark)
    this.#state = this.#replayed()
  }

  #replayed(): Json {
    return JSON.parse(this.#pages.at(-1)?.text ?? this.#initial) as Json
  }

  #judge(batch: Batch, before: Page | undefined): void {
    const known = (seq: number) => before?.known.get(seq)
    const flushes = (this.#flushes.get(batch.client) ?? []).filter(
      ({ after, completions }) => after <= batch.after && after + completions.length === batch.last,
    )
    if (flushes.length === 0) return this.#fail('I6', `Nobody said what ${batch.client} has in ${batch.mark}.`)
    let wrong: string | undefined
    for (const flush of flushes.reverse()) {
      wrong = wrongIn(batch, flush, this.#state, this.#lawOf(flush.subject), known)
      if (wrong === undefined) return this.#note(batch, flush)
      this.#state = this.#replayed()
    }
    this.#fail('I5', `${batch.client} in ${batch.mark}: ${wrong}`)
  }

  #note(batch: Batch, flush: SaidFlush): void {
    const mades = flush.mades.slice(batch.after - flush.after)
    if (flush.after < batch.after) {
      this.#hasSplit = true
      this.#rare('flush taken in part')
    }
    const rejected = new Set(batch.outcome.rejected?.map(({ seq }) => seq))
    const known = new Map<number, Judged>()
    let next = 0
    mades.forEach((made, i) => {
      const seq = batch.after + 1 + i
      const { command, createdId } = flush.completions[seq - flush.after - 1] as Said['completions'][number]
      const place = createdId === undefined ? undefined : [...(command.path ?? []), createdId]
      const completion = rejected.has(seq) ? undefined : batch.completions[next++]
      const id = completion?.createdId
      const became = id === undefined ? undefined : [...(completion?.command.path ?? []), id]
      known.set(seq, { isRejected: !completion, place, became })
      if (!made || !completion) return
      if (++made.inHistory > 1) this.#fail('I3', `${JSON.stringify(made.command)} is in the history twice.`)
    })
    const text = JSON.stringify(this.#state)
    this.#pages.push({ batch, mades, text, known })
  }

  #hold({ count, mark }: Position, text: string): void {
    this.#held.add(mark)
    this.#marks.set(mark, text)
    const texts = this.#texts.get(count) ?? new Set()
    this.#texts.set(count, texts.add(text))
  }
}

const endOf = ({ from, completions, mark }: Batch): Position => ({ count: from + completions.length, mark })
