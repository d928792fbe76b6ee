import { filter, firstValueFrom, type Observable, Subject, share, tap } from 'rxjs'
import type { Position } from '../../lib/contracts/history.ts'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import type { CommandCompletion } from '../../lib/flushout.ts'
import type { ClientMessage, Commands, ServerMessage } from '../../lib/protocol/messages.ts'

let speakers = 0

/** A client reduced to what it says: it holds no document, so that the host is what is measured. */
export class Speaker {
  /** What others did. */
  readonly commands$: Observable<Commands>
  readonly #id: string
  readonly #client = `client-${process.pid}-${++speakers}`
  readonly #says = new Subject<ClientMessage>()
  readonly #hears: Observable<ServerMessage>
  #seq = 0
  #position: Position = { count: 0, mark: '' }

  private constructor(host: SessionSource, id: string) {
    this.#id = id
    this.#hears = host
      .session({ subject: 'bench' })(this.#says)
      .pipe(
        tap((message) => this.#follow(message)),
        share(),
      )
    this.commands$ = this.#hears.pipe(filter((message) => message.type === 'commands'))
  }

  /** One that has the document open. */
  static async at(host: SessionSource, id: string): Promise<Speaker> {
    const speaker = new Speaker(host, id)
    speaker.#hears.subscribe()
    const opened = speaker.#next('snapshot')
    speaker.#says.next({ type: 'hello', protocol: 1 })
    speaker.#says.next({ type: 'open', document: id, client: speaker.#client })
    await opened
    return speaker
  }

  /** Sends commands; resolves when they are in the history. */
  async flush(completions: readonly CommandCompletion[]): Promise<void> {
    const answered = this.#next('flushed')
    this.#says.next({
      type: 'flush',
      document: this.#id,
      client: this.#client,
      after: this.#seq,
      from: this.#position,
      completions,
    })
    this.#seq += completions.length
    await answered
  }

  #next(type: ServerMessage['type']): Promise<ServerMessage> {
    return firstValueFrom(this.#hears.pipe(filter((message) => message.type === type)))
  }

  #follow(message: ServerMessage): void {
    if (message.type === 'error') throw new Error(`${message.code}: ${message.message}`)
    if (message.type === 'commands') {
      this.#position = { count: message.from + message.completions.length, mark: message.mark }
    } else if (message.type === 'snapshot' || message.type === 'flushed') this.#position = message.position
  }
}
