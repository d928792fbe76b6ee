import type { Batch, Position } from '../../../contracts/history.ts'
import type { ClientMessage, Flush, ServerMessage } from '../../../protocol/messages.ts'
import { Book } from './book.ts'
import { type Fail, Ledger } from './ledger.ts'
import type { Law } from './oracle.ts'

/** What does not hold, and when it was seen. */
export interface Violation {
  /** The invariant's id: `I3`. */
  readonly invariant: string
  readonly what: string
  /** Virtual milliseconds. */
  readonly time: number
}

/** What the checker has to know of the world beforehand. */
export interface Facts {
  readonly documents: readonly { readonly id: string; readonly initial: object }[]
  lawOf(document: string, subject: string): Law
  mayRead(document: string, subject: string): boolean
  now(): number
  /** Something rare was seen. */
  note(what: string): void
}

/** Sees everything that can be seen from outside, and says what must not be. It knows nothing of how the library works. */
export class Checker {
  violation: Violation | undefined
  readonly books: Book[] = []
  readonly #ledgers: ReadonlyMap<string, Ledger>
  readonly #open = new Map<string, Book>()
  readonly #names = new Map<string, Book>()
  readonly #seen: { readonly value: object; readonly text: string }[] = []
  readonly #facts: Facts

  constructor(facts: Facts) {
    this.#facts = facts
    this.#ledgers = new Map(
      facts.documents.map(({ id, initial }) => [
        id,
        new Ledger(id, initial, this.fail, (subject) => facts.lawOf(id, subject), facts.note),
      ]),
    )
  }

  readonly fail: Fail = (invariant, what) => {
    this.violation ??= { invariant, what, time: this.#facts.now() }
  }

  ledger(document: string): Ledger {
    return this.#ledgers.get(document) as Ledger
  }

  /** A user opens a document; whoever of the same name had it open before is gone. */
  opens(subject: string, document: string, before?: Book): Book {
    const key = keyOf(subject, document)
    const book = new Book(`${subject} at ${document}`, this.ledger(document), this.fail, this.#facts.note, before)
    this.#open.set(key, book)
    this.books.push(book)
    return book
  }

  /** A value that was handed out: it must never change. */
  sees(value: object): void {
    this.#seen.push({ value, text: JSON.stringify(value) })
  }

  /** A client said something. Called when all is over that it did at that time. */
  said(subject: string, message: ClientMessage): void {
    if (message.type === 'hello' || !this.#ledgers.has(message.document)) return
    const name = keyOf(message.client, message.document)
    const named = this.#names.get(name)
    const opened = this.#open.get(keyOf(subject, message.document))
    // A name that outlives its process.
    const book = named && !(named.isOver && opened && !opened.isOver) ? named : opened
    if (!book) return this.fail('I6', `${subject} says something about ${message.document}, which it has not opened.`)
    this.#names.set(name, book)
    if (message.type === 'open') book.opens(message)
    if (message.type === 'flush') this.#flush(book, subject, message)
  }

  /** A host said something to a client. */
  told(subject: string, message: ServerMessage): void {
    if (message.type !== 'snapshot' && message.type !== 'commands') return
    if (!this.#facts.mayRead(message.document, subject)) this.fail('I14', `${subject} is told of ${message.document}.`)
  }

  /** A client is about to hear something. */
  hears(message: ServerMessage): void {
    if (message.type !== 'flushed' || message.follows || !message.record) return
    this.#names.get(keyOf(message.client, message.document))?.hears(message.client, message.record.seq)
  }

  begun(document: string, position: Position, initial: string): void {
    this.ledger(document).begun(position, initial)
  }

  written(document: string, batch: Batch): void {
    if (!this.violation) this.ledger(document).written(batch)
  }

  durable(document: string, batches: number): void {
    if (!this.violation) this.ledger(document).durable(batches)
  }

  saved(document: string, position: Position, text: string, floor: number): void {
    this.ledger(document).saved(position, text, floor)
  }

  forgot(document: string): void {
    this.ledger(document).hasForgotten = true
  }

  lost(document: string, batches: number, all: boolean): void {
    if (!this.violation) this.ledger(document).lost(batches, all)
  }

  /** Whether something that was kept is still on its way, perhaps in the name of a client that died. */
  get owes(): boolean {
    return this.books.some(({ owes }) => owes)
  }

  /** When everything has come to rest. */
  check(): void {
    for (const book of this.books) book.check()
    for (const { value, text } of this.#seen)
      if (JSON.stringify(value) !== text) this.fail('I7', `What was handed out has changed: ${text}`)
  }

  #flush(book: Book, subject: string, flush: Flush): void {
    const { client, document, after, completions } = flush
    // What is said in the name of a document that was closed meanwhile is of nobody.
    const mades = book.isOver ? [] : book.sends(flush)
    this.ledger(document).said(client, { after, completions, mades, subject })
  }
}

const keyOf = (...parts: string[]): string => JSON.stringify(parts)
