import { defer, EMPTY, filter, merge, type Observable, of, Subject, Subscription, tap } from 'rxjs'
import type { ClientMessage, Hello } from '../../lib/protocol/messages.ts'

/**
 * What a client says, for one session after the other: it is listened to once, as soon as the first of them can carry
 * it, and its hello is said again in each.
 */
export class Speech extends Subscription {
  #hello: Hello | undefined
  #isRepeatable = true
  #isMuted = false
  #isBegun = false
  readonly #outgoing: Observable<ClientMessage>
  readonly #said = new Subject<ClientMessage>()

  constructor(outgoing: Observable<ClientMessage>) {
    super()
    this.#outgoing = outgoing
  }

  get hello(): Hello | undefined {
    return this.#hello
  }

  /** Whether a session that begins now would say all that was said in this one. */
  get isRepeatable(): boolean {
    return this.#isRepeatable
  }

  forSession(): Observable<ClientMessage> {
    return defer(() => {
      const hello = this.#hello ? of(this.#hello) : EMPTY
      const begun = defer(() => this.#begin())
      return merge(this.#said.pipe(filter(() => !this.#isMuted)), hello, begun)
    })
  }

  /** From now until the welcome nobody is listened to: the client begins anew there, whatever it says meanwhile. */
  mute(): void {
    this.#isMuted = true
    this.#isRepeatable = true
  }

  welcomed(): void {
    this.#isMuted = false
  }

  #begin(): Observable<never> {
    if (!this.#isBegun) {
      this.#isBegun = true
      this.add(this.#outgoing.pipe(tap((message) => this.#note(message))).subscribe(this.#said))
    }
    return EMPTY
  }

  #note(message: ClientMessage): void {
    if (message.type === 'hello' && !this.#hello) this.#hello = message
    else if (!this.#isMuted) this.#isRepeatable = false
  }
}
