import type { Commands, ErrorMessage, Flushed, ServerMessage, SnapshotMessage } from '../../lib/protocol/messages.ts'
import type { Encode } from './encoded.ts'
import { type Ask, openingKey } from './wire.ts'

/** Where a client stands in a document, and where the host has said that it will bring it. */
interface Opening {
  readonly document: string
  readonly client: string
  readonly isResumed: boolean
  at: string | undefined
  due: string | undefined
}

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
  readonly #openings = new Map<string, Opening>()
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
    if (!this.#isNews(message)) return
    const text = this.#encode(message.type === 'welcome' ? { ...message, ...{ pollTime: this.#pollTime } } : message)
    this.texts.push(text)
    this.#size += text.length
  }

  /** Whether all that was said is answered. */
  get isAnswered(): boolean {
    return !this.#awaitsWelcome && this.#flushes.length === 0 && [...this.#openings.values()].every(isUp)
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
    for (const opening of [...this.#openings.values()]) {
      const { document, client, isResumed } = opening
      if (!isResumed && !isUp(opening)) this.take({ ...error, document, client })
    }
    if (this.#awaitsWelcome) this.take(error)
  }

  #expect({ type, document, client, position, after, completions }: Raw, isResumed: boolean): void {
    const about = { document: document as string, client: client as string }
    if (type === 'open') {
      const { mark: at } = (position ?? {}) as { readonly mark?: string }
      this.#openings.set(openingKey(document, client), { ...about, isResumed, at, due: undefined })
    }
    if (type === 'close') this.#openings.delete(openingKey(document, client))
    if (type === 'flush') {
      const count = Array.isArray(completions) ? completions.length : 0
      this.#flushes.push({ ...about, after: after as number, last: (after as number) + count })
    }
  }

  #isNews(message: ServerMessage): boolean {
    switch (message.type) {
      case 'welcome': {
        const isNews = this.#awaitsWelcome
        this.#awaitsWelcome = false
        return isNews
      }
      case 'commands':
        for (const opening of this.#of(message)) follow(opening, message)
        return true
      case 'snapshot':
        this.#replaced(message)
        return true
      case 'flushed':
        return this.#flushed(message)
      case 'error':
        this.#failed(message)
        return true
    }
  }

  #of({ document }: { readonly document: string }): Opening[] {
    return [...this.#openings.values()].filter((opening) => opening.document === document)
  }

  #replaced(message: SnapshotMessage): void {
    for (const opening of this.#of(message)) {
      if (isUp(opening)) continue
      opening.at = message.position.mark
      opening.due = opening.at
    }
  }

  /** A client that comes back has the record of where it stands. */
  #flushed({ document, client, position, follows, record }: Flushed): boolean {
    const opening = this.#openings.get(openingKey(document, client))
    const isFirst = opening !== undefined && opening.due === undefined
    if (opening) {
      opening.due = position.mark
      if (follows) opening.at = position.mark
      if (isFirst) return !opening.isResumed || !isUp(opening)
    }
    const isOpen = (flush: Awaited) =>
      flush.document !== document || flush.client !== client || flush.last > (record?.seq ?? 0)
    this.#flushes = this.#flushes.filter(isOpen)
    return true
  }

  #failed(error: ErrorMessage): void {
    const { document, client, seq } = error
    if (document === undefined) {
      this.failure = error
      return
    }
    const isMeant = (about: { readonly document: string; readonly client: string }) =>
      about.document === document && (client === undefined || about.client === client)
    if (seq !== undefined) {
      this.#flushes = this.#flushes.filter((flush) => !isMeant(flush) || flush.after !== seq)
      return
    }
    for (const [key, opening] of this.#openings) if (isMeant(opening)) this.#openings.delete(key)
    // Without a seq that could be read it is a flush of a wrong shape, or the end of the document.
    this.#flushes = this.#flushes.filter((flush) => !isMeant(flush))
  }
}

/** Who was brought up stays so. */
function follow(opening: Opening, { follows, mark }: Commands): void {
  if (opening.at !== follows) return
  if (isUp(opening)) opening.due = mark
  opening.at = mark
}

const isHello = (message: unknown): boolean => (message as Raw).type === 'hello'

const isUp = ({ at, due }: Opening): boolean => due !== undefined && at === due
