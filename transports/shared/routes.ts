import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'

/** Which of several speakers a message of the host is for, by what each of them has said. */
export class Routes<S> {
  /** By document and client: who speaks for it. */
  readonly #speakers = new Map<string, Map<string, S>>()
  /** By document: the clients whose opening the host has not begun to answer, in order. */
  readonly #openings = new Map<string, string[]>()

  said(message: ClientMessage, speaker: S): void {
    if (message.type === 'hello') return
    const { type, document, client } = message
    if (type === 'open') {
      at(this.#speakers, document, () => new Map<string, S>()).set(client, speaker)
      this.#ended(document, client)
      at(this.#openings, document, () => [] as string[]).push(client)
    }
    if (type === 'close') {
      this.#speakers.get(document)?.delete(client)
      this.#ended(document, client)
    }
  }

  isOpen(document: string, client: string, speaker: S): boolean {
    return this.#speakers.get(document)?.get(client) === speaker
  }

  /** Whom it is for; everybody where nobody is named who is known. */
  of(message: ServerMessage, everybody: ReadonlySet<S>): ReadonlySet<S> {
    if (message.type === 'welcome' || message.document === undefined) return everybody
    const client = this.#clientOf(message)
    const speakers = this.#speakers.get(message.document)
    if (!speakers || speakers.size === 0) return everybody
    if (client !== undefined) return new Set([speakers.get(client)].filter((speaker) => speaker !== undefined))
    const opening = message.type === 'commands' ? this.#openings.get(message.document) : undefined
    return new Set([...speakers].filter(([name]) => !opening?.includes(name)).map(([, speaker]) => speaker))
  }

  /** What the host must be told when somebody leaves. */
  leave(speaker: S): readonly ClientMessage[] {
    const closing: ClientMessage[] = []
    for (const [document, speakers] of this.#speakers) {
      for (const [client, one] of speakers) if (one === speaker) closing.push({ type: 'close', document, client })
    }
    for (const message of closing) this.said(message, speaker)
    return closing
  }

  /** The host knows of nobody any more: another session begins. */
  clear(): void {
    for (const known of [this.#speakers, this.#openings]) known.clear()
  }

  /** An opening that is taken back, or made anew, need not be answered. */
  #ended(document: string, client: string): void {
    const openings = this.#openings.get(document)
    const index = openings?.indexOf(client) ?? -1
    if (index >= 0) openings?.splice(index, 1)
  }

  #clientOf(message: Exclude<ServerMessage, { type: 'welcome' }>): string | undefined {
    const document = message.document as string
    if (message.type === 'commands' || message.client === undefined) return undefined
    if (message.type === 'snapshot') return message.client
    const openings = this.#openings.get(document)
    const isOfFlush = message.type === 'error' ? message.seq !== undefined : message.follows !== undefined
    if (openings?.[0] === message.client && !isOfFlush) openings.shift()
    return message.client
  }
}

function at<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
