import { Subject, type Subscription } from 'rxjs'
import type { SessionInfo, SessionSource } from '../../lib/contracts/transport.ts'
import type { ErrorMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { quiet } from './manual-time.ts'

/** A session that says whatever a spec wants it to. */
export class Anybody {
  readonly told: ServerMessage[] = []
  isEnded = false
  failure: unknown
  readonly #incoming = new Subject<unknown>()
  readonly #held: Subscription

  constructor(source: SessionSource, info: SessionInfo = {}) {
    this.#held = source.session(info)(this.#incoming).subscribe({
      next: (message) => this.told.push(message),
      error: (error) => {
        this.isEnded = true
        this.failure = error
      },
      complete: () => {
        this.isEnded = true
      },
    })
  }

  /** Says it as it is. */
  say(message: unknown): void {
    this.#incoming.next(message)
  }

  /** Says it, and @returns what was told until everything was quiet. */
  async ask(message: unknown): Promise<ServerMessage[]> {
    const before = this.told.length
    this.say(message)
    await quiet()
    return this.told.slice(before)
  }

  hello(token?: string): Promise<ServerMessage[]> {
    return this.ask({ type: 'hello', protocol: 1, ...(token !== undefined && { token }) })
  }

  open(document: string, client = 'me'): Promise<ServerMessage[]> {
    return this.ask({ type: 'open', document, client })
  }

  flush(document: string, after: number, completions: readonly unknown[], client = 'me'): Promise<ServerMessage[]> {
    return this.ask({ type: 'flush', document, client, after, from: { count: 0, mark: '' }, completions })
  }

  get errors(): ErrorMessage[] {
    return this.told.filter((message): message is ErrorMessage => message.type === 'error')
  }

  close(): void {
    this.#held.unsubscribe()
  }
}

/** A command that adds a todo, as a client sends it. */
export const adding = (title: string, createdId: string = title) => ({
  command: { action: 'create', path: ['todos'], props: { title } },
  createdId,
})
