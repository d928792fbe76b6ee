import { Observable, Subject, type Subscriber, type Subscription } from 'rxjs'
import type { SessionInfo, Transport } from '../../contracts/transport.ts'
import { MillraceError } from '../../errors.ts'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import type { Actor } from './actor.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** Where sessions lead. */
export interface Server {
  readonly actor: Actor
  session(info?: SessionInfo): (incoming: Observable<unknown>) => Observable<ServerMessage>
}

/** Whoever looks at what goes over the lines. */
export interface Listener {
  said(link: Link, message: ClientMessage, text: string): void
  heard(link: Link, message: ClientMessage, text: string): void
  told(link: Link, message: ServerMessage, text: string): void
  got(link: Link, message: ServerMessage, text: string): void
}

/** How long a host holds a session that it does not hear of. */
const unheard = 30_000

/** One session over the network. Each way keeps the order and delivers each message at most once. */
export class Link {
  readonly name: string
  readonly client: Actor
  readonly server: Server
  /** What the client said so far, as it went over the line. */
  readonly said: string[] = []
  /** The client knows nothing of it any more; what was on its way may still reach the host. */
  isOver = false
  /** Nothing more comes through this way, and nobody notices. */
  deaf = { up: false, down: false }
  readonly #network: Network
  readonly #out: Subscriber<ServerMessage>
  readonly #incoming = new Subject<unknown>()
  readonly #random: Random
  readonly #clear = { up: 0, down: 0 }
  #session: Subscription | undefined
  #isDropped = false
  #cutIn = Number.POSITIVE_INFINITY

  constructor(
    network: Network,
    name: string,
    client: Actor,
    server: Server,
    outgoing: Observable<ClientMessage>,
    out: Subscriber<ServerMessage>,
    random: Random,
  ) {
    this.name = name
    this.client = client
    this.server = server
    this.#network = network
    this.#out = out
    this.#random = random
    this.#travel('up', () => this.#begin())
    out.add(() => this.#leave())
    out.add(outgoing.subscribe({ next: (message) => this.#say(message), error: (error) => out.error(error) }))
  }

  /** Whether the host still holds the session. */
  get isHeld(): boolean {
    return !this.#isDropped
  }

  /** The line breaks for the client now; the host notices after so many milliseconds, and hears what was on its way if it is `late`. */
  cut(noticed = 0, late = false): void {
    if (!this.isOver) {
      this.isOver = true
      this.client.run(() => this.#out.error(new MillraceError('connection_lost', 'The line was cut.')))
    }
    if (!late) this.deaf.up = true
    this.#network.timeline.after(noticed, () => this.drop())
  }

  /** The line breaks when so many messages more have gone over it. */
  cutAfter(messages: number): void {
    this.#cutIn = messages
  }

  /** Something that was said before arrives once more. */
  repeat(text: string): void {
    this.#travel('up', () => {
      if (!this.#isDropped) this.#incoming.next(JSON.parse(text))
    })
  }

  /** The host's end goes. */
  drop(): void {
    if (this.#isDropped) return
    this.#isDropped = true
    this.server.actor.run(() => this.#session?.unsubscribe())
    this.#network.forget(this)
  }

  #say(message: ClientMessage): void {
    const text = JSON.stringify(message)
    this.said.push(text)
    this.#network.listener.said(this, message, text)
    this.#travel('up', () => {
      if (this.#isDropped) return
      const copy = JSON.parse(text) as ClientMessage
      this.#network.listener.heard(this, copy, text)
      this.#incoming.next(copy)
    })
  }

  #begin(): void {
    if (this.#isDropped || this.server.actor.isDead) return
    // A host may end the session while it is being begun.
    this.#session = this.server
      .session({ request: this.client.subject })(this.#incoming)
      .subscribe({
        next: (message) => this.#tell(message),
        error: () => this.#end(() => this.cut()),
        complete: () => this.#end(() => this.#out.complete()),
      })
    if (this.#isDropped) this.#session.unsubscribe()
  }

  #tell(message: ServerMessage): void {
    const text = this.#network.textOf(message)
    this.#network.listener.told(this, message, text)
    this.#travel('down', () => {
      const copy = JSON.parse(text) as ServerMessage
      this.#network.listener.got(this, copy, text)
      this.#out.next(copy)
    })
  }

  #end(ending: () => void): void {
    this.#isDropped = true
    this.#travel('down', () => {
      this.isOver = true
      ending()
    })
    this.#network.forget(this)
  }

  /** The client lets go, which the host hears behind all that was said. */
  #leave(): void {
    if (this.isOver) return
    this.isOver = true
    if (this.deaf.up) this.#network.timeline.after(unheard, () => this.drop())
    else this.#travel('up', () => this.drop())
  }

  /** Goes over the line, behind what went before it. */
  #travel(way: 'up' | 'down', arrive: () => void): void {
    if (this.deaf[way]) return
    const { timeline } = this.#network
    const time = Math.max(this.#clear[way], timeline.now + this.#network.latency(this.#random))
    this.#clear[way] = time
    const receiver = way === 'up' ? this.server.actor : this.client
    timeline.after(time - timeline.now, () => {
      if (this.deaf[way] || (way === 'down' && this.isOver)) return
      receiver.run(arrive)
      if (--this.#cutIn === 0) this.cut(this.#random.below(2_000), this.#random.chance(0.5))
    })
  }
}

/** All lines between clients and hosts. */
export class Network {
  readonly timeline: Timeline
  readonly listener: Listener
  readonly links = new Set<Link>()
  latency: (random: Random) => number = (random) => 1 + random.below(20)
  readonly #texts = new WeakMap<ServerMessage, string>()
  readonly #random: Random
  #count = 0

  constructor(timeline: Timeline, listener: Listener, random: Random) {
    this.timeline = timeline
    this.listener = listener
    this.#random = random
  }

  /** The line of a client; `route` says where each session leads, and nowhere where nothing can be reached. */
  transport(client: Actor, route: () => Server | undefined): Transport {
    return (outgoing) =>
      new Observable((out) => {
        const server = route()
        const random = this.#random.fork()
        if (!server) {
          const failing = new MillraceError('connection_lost', 'There is no way to the host.')
          return client.after(1 + random.below(500), () => out.error(failing))
        }
        const name = `${client.name}~${server.actor.name}#${++this.#count}`
        this.links.add(new Link(this, name, client, server, outgoing, out, random))
        return undefined
      })
  }

  /** What a client said in some session is said once more, in a session that nobody hears. */
  haunt(client: Actor, server: Server, said: readonly string[], after: number): void {
    const incoming = new Subject<unknown>()
    const toServer = (delay: number, work: () => void) =>
      this.timeline.after(delay, () => {
        if (!server.actor.isDead) server.actor.run(work)
      })
    toServer(after, () => {
      const session = server
        .session({ request: client.subject })(incoming)
        .subscribe({ error: () => undefined })
      toServer(2_000, () => session.unsubscribe())
    })
    for (const text of said) toServer(after + 1, () => incoming.next(JSON.parse(text)))
  }

  of(actor: Actor): Link[] {
    return [...this.links].filter(({ client, server }) => client === actor || server.actor === actor)
  }

  forget(link: Link): void {
    this.links.delete(link)
  }

  /** One text for a message that many get. */
  textOf(message: ServerMessage): string {
    const text = this.#texts.get(message) ?? JSON.stringify(message)
    this.#texts.set(message, text)
    return text
  }
}
