import { filter, firstValueFrom, ReplaySubject, Subject } from 'rxjs'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'

/** Somebody who says anything to a host, and waits for what it says to that. */
export class Anybody {
  readonly #incoming = new Subject<unknown>()
  readonly #heard = new ReplaySubject<ServerMessage>()
  readonly #subscription
  #taken = 0
  isOver = false

  constructor(host: SessionSource) {
    this.#subscription = host
      .session({})(this.#incoming)
      .subscribe({
        next: (message) => this.#heard.next(message),
        complete: () => {
          this.isOver = true
        },
      })
  }

  say(message: unknown): void {
    this.#incoming.next(message)
  }

  /** The next message that was not taken before. */
  hear(): Promise<ServerMessage> {
    const wanted = this.#taken++
    return firstValueFrom(this.#heard.pipe(filter((_, i) => i === wanted)))
  }

  /** Says something and takes the next answer. */
  ask(message: unknown): Promise<ServerMessage> {
    this.say(message)
    return this.hear()
  }

  hangUp(): void {
    this.#subscription.unsubscribe()
  }
}
