import type { ErrorMessage, Flushed, ServerMessage, Welcome } from '../../lib/protocol/messages.ts'
import type { Encode } from './encoded.ts'
import { Opened } from './opened.ts'
import type { Ask } from './wire.ts'

/** A flush that waits for its answer. */
interface Awaited {
  readonly document: string
  readonly client: string
  readonly after: number
  readonly last: number
}

type Raw = Readonly<Record<string, unknown>>

/**
 * What one request hears of its session: it passes over what only repeats what the client has, and knows when all that
 * was said is answered.
 */
export class Hearing {
  /** What is told, as text. */
  readonly texts: string[] = []
  /** The error about the session as a whole, if there was one: nothing is to be expected after it. */
  failure: ErrorMessage | undefined
  readonly #encode: Encode
  readonly #pollTime: number
  readonly #most: number
  readonly #opened = new Opened()
  #flushes: Awaited[] = []
  #awaitsWelcome: boolean
  #size = 0

  constructor({ resume, say }: Ask, encode: Encode, pollTime: number, most: number) {
    this.#encode = encode
    this.#pollTime = pollTime
    this.#most = most
    this.#awaitsWelcome = !resume.some(isHello) && say.some(isHello)
    for (const message of resume) this.#expect(message as Raw, true)
    for (const message of say) this.#expect(message as Raw, false)
  }

  /** Takes what the session says. */
  take(message: ServerMessage): void {
    for (const news of this.#newsIn(message)) {
      if (news.type === 'error') this.#failed(news)
      const text = this.#encode(news)
      this.texts.push(text)
      this.#size += text.length
    }
  }

  /** Whether all that was said is answered. */
  get isAnswered(): boolean {
    return !this.#awaitsWelcome && this.#flushes.length === 0 && this.#opened.areUp
  }

  /** Whether what is told should go. */
  get isDone(): boolean {
    if (this.failure || this.#size > this.#most) return true
    return this.isAnswered && this.texts.length > 0
  }

  /** Answers what the session has not answered in time, so that the client asks again. */
  giveUp(): void {
    if (this.failure) return
    const error = { type: 'error', code: 'unavailable', message: 'The host could not do this in time.' } as const
    for (const { document, client, after } of this.#flushes) this.take({ ...error, document, client, seq: after })
    for (const { document, client } of this.#opened.unanswered) this.take({ ...error, document, client })
    if (this.#awaitsWelcome) this.take(error)
  }

  #expect(message: Raw, isResumed: boolean): void {
    const { type, document, client } = message as {
      readonly type: string
      readonly document: string
      readonly client: string
    }
    if (type === 'open') this.#opened.expect(document, client, markOf(message), isResumed)
    if (type === 'close') this.#opened.close(document, client)
    if (type === 'flush') {
      const { after, completions } = message as { readonly after: number; readonly completions: unknown }
      const count = Array.isArray(completions) ? completions.length : 0
      this.#flushes.push({ document, client, after, last: after + count })
    }
  }

  #newsIn(message: ServerMessage): readonly ServerMessage[] {
    switch (message.type) {
      case 'welcome':
        return this.#welcomed(message)
      case 'commands':
        return this.#opened.followed(message)
      case 'snapshot':
        return this.#opened.replaced(message)
      case 'flushed':
        return this.#opened.begun(message) ?? this.#answered(message)
      case 'error':
        return [message]
    }
  }

  #welcomed(welcome: Welcome): readonly ServerMessage[] {
    if (!this.#awaitsWelcome) return []
    this.#awaitsWelcome = false
    return [{ ...welcome, ...{ pollTime: this.#pollTime } }]
  }

  #answered(flushed: Flushed): readonly ServerMessage[] {
    const { document, client, record } = flushed
    const isOther = (flush: Awaited) => flush.document !== document || flush.client !== client
    this.#flushes = this.#flushes.filter((flush) => isOther(flush) || flush.last > (record?.seq ?? 0))
    return [flushed]
  }

  #failed(error: ErrorMessage): void {
    const { code, document, client, seq } = error
    // Who has not said hello is told so with each message.
    if (document === undefined || code === 'unauthenticated') {
      this.failure = error
      return
    }
    if (seq === undefined) this.#opened.failed(error)
    // Without a seq it is about a flush of a wrong shape, or all that goes on in the document.
    const isMeant = (flush: Awaited) =>
      flush.document === document && (client ?? flush.client) === flush.client && (seq ?? flush.after) === flush.after
    this.#flushes = this.#flushes.filter((flush) => !isMeant(flush))
  }
}

const isHello = (message: unknown): boolean => (message as Raw).type === 'hello'

/** Where somebody stands who says so; what it says is not checked yet. */
const markOf = ({ position }: Raw): string | undefined =>
  (position as { readonly mark?: string } | null | undefined)?.mark
