import type { Position } from '../../lib/contracts/history.ts'
import { MillraceError } from '../../lib/errors.ts'
import type {
  ClientMessage,
  Commands,
  ErrorMessage,
  Flushed,
  Hello,
  ServerMessage,
  SnapshotMessage,
  Welcome,
} from '../../lib/protocol/messages.ts'
import { defaultPollTime, openingKey } from './wire.ts'

/** What a client has opened, and the position that it was last told. */
interface Opening {
  readonly document: string
  readonly client: string
  position: Position | undefined
  /** Its opening was answered. */
  isOpen: boolean
}

/** What a request is about. */
export interface Scope {
  /** What it says again. */
  readonly resume: readonly ClientMessage[]
  /** The openings that it says, again or for the first time, and where it finds each and brings it. */
  readonly openings: Map<Opening, Position | undefined>
}

/**
 * The one conversation that is carried in many requests. It keeps what must be said again with each of them, and takes
 * what their answers tell: in order, each batch where the document stands, whichever request brings it first.
 */
export class Conversation {
  /** The host has let the client in. */
  isKnown = false
  /** Milliseconds that the host holds a request; 0 until it has said so. */
  pollTime = 0
  /** Documents that the host lets a client have open. */
  #most = Number.POSITIVE_INFINITY
  #hello: Hello | undefined
  #polled: Openings | undefined
  readonly #openings = new Map<string, Opening>()

  /**
   * Notes what the client says, in the turn in which it is said. @returns why it must not be, if so: to the host each
   * request is a session, so that what is open in all of them together is minded here
   */
  note(message: ClientMessage): ErrorMessage | undefined {
    if (message.type === 'hello') this.#hello ??= message
    if (message.type === 'close') this.#openings.delete(openingKey(message.document, message.client))
    if (message.type === 'open') {
      const { document, client, position } = message
      if (this.#isFullFor(document)) return tooMany(this.#most, { document, client })
      this.#openings.set(openingKey(document, client), { document, client, position, isOpen: false })
    }
    return undefined
  }

  #isFullFor(document: string): boolean {
    if (this.#openings.size < this.#most) return false
    const open = new Set([...this.#openings.values()].map((opening) => opening.document))
    return open.size >= this.#most && !open.has(document)
  }

  /** What a poll is about: all that is open. */
  all(): Scope {
    const scope = this.#scope([...this.#openings.values()].filter(({ isOpen }) => isOpen))
    this.#polled = scope.openings
    return scope
  }

  /** What is said again with these: the openings that they are about. Those that they make are theirs, too. */
  about(messages: readonly ClientMessage[]): Scope {
    const named = new Set(messages.map((message) => (message.type === 'hello' ? undefined : this.#of(message))))
    const openings = [...named].filter((opening) => opening !== undefined)
    const { resume } = this.#scope(openings.filter(({ isOpen }) => isOpen))
    return { resume, openings: this.#scope(openings).openings }
  }

  #scope(openings: readonly Opening[]): Scope {
    const hello = this.isKnown && this.#hello ? [this.#hello] : []
    const opens = openings.map(
      ({ document, client, position }): ClientMessage => ({
        type: 'open',
        document,
        client,
        ...(position && { position }),
      }),
    )
    return { resume: [...hello, ...opens], openings: new Map(openings.map((one) => [one, one.position])) }
  }

  /** All that a request said was answered. */
  answered({ openings }: Scope): void {
    for (const opening of openings.keys()) opening.isOpen = true
  }

  /** Whether something is open that the last poll was not about; not before all that is being opened is answered. */
  get wantsPoll(): boolean {
    const openings = [...this.#openings.values()]
    if (!this.isKnown || openings.some(({ isOpen }) => !isOpen)) return false
    const polled = this.#polled
    return polled === undefined || openings.some((opening) => !polled.has(opening))
  }

  /** Takes what an answer tells. @returns whether it is news; what another answer told before is none */
  take(message: ServerMessage, { openings }: Scope): boolean {
    if (message.type === 'welcome') return this.#welcomed(message)
    if (message.type === 'error' && message.document === undefined) return this.#failed(message)
    const meant = [...openings.keys()].filter(({ document }) => document === message.document)
    const current = meant.filter((opening) => this.#of(opening) === opening)
    // What was opened anew meanwhile is told anew.
    if (current.length === 0) return meant.length === 0
    switch (message.type) {
      case 'commands':
        return advance(current, message, openings)
      case 'snapshot':
        return jump(current, message, openings)
      case 'flushed':
        return confirm(current, message, openings)
      case 'error':
        return this.#closed(current, message)
    }
  }

  #of({ document, client }: { readonly document: string; readonly client: string }): Opening | undefined {
    return this.#openings.get(openingKey(document, client))
  }

  #welcomed(welcome: Welcome): boolean {
    const { pollTime }: { readonly pollTime?: unknown } & Welcome = welcome
    this.pollTime = typeof pollTime === 'number' && pollTime > 0 ? pollTime : defaultPollTime
    this.#most = welcome.limits.documents || this.#most
    this.isKnown = true
    return true
  }

  /** Who was let in and is no longer known may have a new token: that is for the next session to say. */
  #failed({ code, message }: ErrorMessage): boolean {
    if (code === 'unauthenticated' && this.isKnown) throw new MillraceError('connection_lost', message)
    return true
  }

  /** An error about a document that is not about a flush closes it. */
  #closed(current: readonly Opening[], { client, seq }: ErrorMessage): boolean {
    const closed = current.filter((opening) => client === undefined || opening.client === client)
    if (seq === undefined) for (const one of closed) this.#openings.delete(openingKey(one.document, one.client))
    return closed.length > 0
  }
}

type Openings = Scope['openings']

const tooMany = (most: number, about: Pick<Opening, 'document' | 'client'>): ErrorMessage => ({
  type: 'error',
  code: 'too_many',
  message: `A client opens at most ${most} documents (limits.documents).`,
  ...about,
})

/** A batch is news where it follows; whoever has it already passes over it. */
function advance(current: readonly Opening[], batch: Commands, openings: Openings): boolean {
  const { from, follows, mark, completions } = batch
  const next = current.filter(({ position }) => position?.mark === follows && position.count === from)
  move(next, { count: from + completions.length, mark }, openings)
  return next.length > 0
}

/** Not where another request has moved it meanwhile: that is further on, or else the next poll brings it again. */
function jump(current: readonly Opening[], { position }: SnapshotMessage, openings: Openings): boolean {
  const isUnmoved = current.some((opening) => opening.position === openings.get(opening))
  if (isUnmoved) move(current, position, openings)
  return isUnmoved
}

/** A record belongs to what comes with it: what another request has brought meanwhile had its own. */
function confirm(current: readonly Opening[], { client, position, follows }: Flushed, openings: Openings): boolean {
  const own = current.find((opening) => opening.client === client)
  if (!own) return false
  if (!follows) return own.position === openings.get(own)
  if (own.position?.mark !== follows.mark) return false
  move([own], position, openings)
  return true
}

function move(moved: readonly Opening[], position: Position, openings: Openings): void {
  for (const opening of moved) {
    opening.position = position
    openings.set(opening, position)
  }
}
