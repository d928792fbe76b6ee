import { Subject, type Subscription } from 'rxjs'
import type { SessionInfo, SessionSource } from '../../lib/contracts/transport.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'

/** A session that says whatever a spec wants it to, and hears one message after the other. */
export class RawSession {
  isOver = false
  readonly #incoming = new Subject<unknown>()
  readonly #heard: ServerMessage[] = []
  readonly #waiting: ((message: ServerMessage) => void)[] = []
  readonly #held: Subscription

  constructor(source: SessionSource, info: SessionInfo = {}) {
    this.#held = source.session(info)(this.#incoming).subscribe({
      next: (message) => {
        const waiting = this.#waiting.shift()
        if (waiting) waiting(message)
        else this.#heard.push(message)
      },
      complete: () => {
        this.isOver = true
      },
    })
  }

  say(message: unknown): void {
    this.#incoming.next(message)
  }

  /** The next message that was not heard yet. */
  hear(): Promise<ServerMessage> {
    const message = this.#heard.shift()
    if (message) return Promise.resolve(message)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  ask(message: unknown): Promise<ServerMessage> {
    this.say(message)
    return this.hear()
  }

  hangUp(): void {
    this.#held.unsubscribe()
  }
}
