import type { AppendResult, Batch, Position } from '../../contracts/history.ts'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import type { Actor } from './actor.ts'
import type { Checker } from './checker/checker.ts'
import type { Counts } from './counts.ts'
import type { Archivist } from './log.ts'
import type { Link, Listener } from './network.ts'
import type { Timeline } from './timeline.ts'
import type { Trace } from './trace.ts'

/** Sees what goes over the lines and into the store: traces it, counts it, and shows it to the checker. */
export class Observer implements Listener, Archivist {
  readonly #timeline: Timeline
  readonly #trace: Trace
  readonly #counts: Counts
  readonly #checker: Checker
  readonly #hasHeard: (client: Actor) => void

  constructor(timeline: Timeline, trace: Trace, counts: Counts, checker: Checker, hasHeard: (client: Actor) => void) {
    this.#timeline = timeline
    this.#trace = trace
    this.#counts = counts
    this.#checker = checker
    this.#hasHeard = hasHeard
  }

  said(link: Link, message: ClientMessage, text: string): void {
    this.#trace.note(`${link.name} →`, text)
    this.#timeline.whenQuiet(() => {
      this.#checker.said(link.client.name, message)
    })
  }

  heard(link: Link, message: ClientMessage, _text: string): void {
    this.#trace.note(`  ${link.server.actor.name} hears ${message.type} of ${link.client.name}`)
  }

  told(link: Link, message: ServerMessage, text: string): void {
    this.#trace.note(`${link.name} ←`, text)
    this.#checker.told(link.client.name, message)
    if (message.type === 'error') this.#counts.add(`error:${message.code}`)
    if (message.type === 'snapshot') this.#counts.add(message.regressed ? 'snapshot:regressed' : 'snapshot')
    if (message.type === 'flushed' && !message.follows && message.record) this.#counts.add('record told')
  }

  got(link: Link, message: ServerMessage, _text: string): void {
    this.#trace.note(`  ${link.client.name} hears ${message.type} of ${link.server.actor.name}`)
    this.#checker.hears(message)
    if ('document' in message) this.#hasHeard(link.client)
  }

  begun(document: string, position: Position, initial: string): void {
    this.#trace.note(`store: ${document} begins`, JSON.stringify(position))
    this.#checker.begun(document, position, initial)
  }

  written(document: string, batch: Batch): void {
    this.#trace.note(`store: ${document}`, JSON.stringify(batch))
    if (batch.completions.length === 0) this.#counts.add('empty batch')
    this.#checker.written(document, batch)
  }

  durable(document: string, batches: number): void {
    this.#trace.note(`store: ${document} durable`, String(batches))
    this.#checker.durable(document, batches)
  }

  answered(document: string, batches: readonly Batch[], result: AppendResult): void {
    if (batches.length > 1) this.#counts.add('append of several flushes')
    if (result.type === 'not_at_head') this.#counts.add('lost race')
    if (result.type !== 'refused') return
    this.#trace.note(`store: ${document} refuses`, JSON.stringify(result))
    for (const { verdict } of result.verdicts) this.#counts.add(`refused:${verdict}`)
  }

  saved(document: string, position: Position, text: string, floor: number): void {
    this.#trace.note(`store: ${document} saved`, JSON.stringify(position))
    this.#counts.add('saved')
    this.#checker.saved(document, position, text, floor)
  }

  forgot(document: string, records: number): void {
    this.#trace.note(`store: ${document} forgets`, String(records))
    this.#counts.add('record forgotten', records)
    this.#checker.forgot(document)
  }

  lost(document: string, batches: number, all: boolean): void {
    this.#trace.note(`store: ${document} keeps only`, String(batches))
    this.#checker.lost(document, batches, all)
  }
}
