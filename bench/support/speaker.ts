import { Subject } from 'rxjs'
import type { Position } from '../../lib/contracts/history.ts'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import type { CommandCompletion } from '../../lib/flushout.ts'
import type { ClientMessage, Commands, ServerMessage } from '../../lib/protocol/messages.ts'

let speakers = 0

/** A client reduced to what it says: it holds no document and costs little, so that the host is what is measured. */
export class Speaker {
  /** What others did. */
  readonly commands$ = new Subject<Commands>()
  readonly #id: string
  readonly #client = `client-${process.pid}-${++speakers}`
  readonly #says = new Subject<ClientMessage>()
  #seq = 0
  #position: Position = { count: 0, mark: '' }
  #awaited: { readonly type: ServerMessage['type']; readonly resolve: () => void } | undefined

  private constructor(host: SessionSource, id: string) {
    this.#id = id
    host
      .session({ subject: 'bench' })(this.#says)
      .subscribe((message) => this.#hear(message))
  }

  /** One that has the document open. */
  static async at(host: SessionSource, id: string): Promise<Speaker> {
    const speaker = new Speaker(host, id)
    const opened = speaker.#next('snapshot')
    speaker.#says.next({ type: 'hello', protocol: 1 })
    speaker.#says.next({ type: 'open', document: id, client: speaker.#client })
    await opened
    return speaker
  }

  /** Sends commands; resolves when they are in the history. One flush at a time. */
  flush(completions: readonly CommandCompletion[]): Promise<void> {
    const answered = this.#next('flushed')
    const after = this.#seq
    this.#seq += completions.length
    const [document, client, from] = [this.#id, this.#client, this.#position]
    this.#says.next({ type: 'flush', document, client, after, from, completions })
    return answered
  }

  #next(type: ServerMessage['type']): Promise<void> {
    return new Promise((resolve) => {
      this.#awaited = { type, resolve }
    })
  }

  #hear(message: ServerMessage): void {
    if (message.type === 'error') throw new Error(`${message.code}: ${message.message}`)
    if (message.type === 'commands') {
      this.#position = { count: message.from + message.completions.length, mark: message.mark }
      this.commands$.next(message)
    } else if (message.type !== 'welcome') this.#position = message.position
    if (message.type === this.#awaited?.type) this.#awaited.resolve()
  }
}
