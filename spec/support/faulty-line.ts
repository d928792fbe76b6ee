import { Observable, Subject, type Subscriber, type Subscription } from 'rxjs'
import type { Transport } from '../../lib/contracts/transport.ts'
import { MillraceError } from '../../lib/errors.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'

/** One connection of a faulty line: two queues that a spec empties, or that empty themselves while it flows. */
export class Link {
  /** What the client said and the host has not heard, and the other way round. */
  readonly said: unknown[] = []
  readonly told: ServerMessage[] = []
  isUp = true
  readonly #line: FaultyLine
  readonly #client: Subscriber<ServerMessage>
  readonly #toHost = new Subject<unknown>()
  readonly #held: Subscription
  #isEnded = false

  constructor(
    line: FaultyLine,
    host: Transport,
    outgoing: Observable<ClientMessage>,
    client: Subscriber<ServerMessage>,
  ) {
    this.#line = line
    this.#client = client
    // A host may end the session while it is being begun.
    this.#held = (host as (incoming: Observable<unknown>) => Observable<ServerMessage>)(this.#toHost).subscribe({
      next: (message) => {
        if (this.isUp) this.told.push(line.carry(message))
        if (line.isFlowing) this.flow()
      },
      error: (error) => this.#end(() => client.error(error)),
      complete: () => this.#end(() => client.complete()),
    })
    client.add(
      outgoing.subscribe((message) => {
        this.said.push(line.carry(message))
        if (line.isFlowing) this.flow()
      }),
    )
    client.add(() => {
      this.isUp = false
      if (!line.lingers) this.drop()
    })
  }

  /** Hands the host what comes next. */
  toHost(): boolean {
    const message = this.said.shift()
    if (message === undefined) return false
    this.#line.heard.push(message as ClientMessage)
    this.#toHost.next(message)
    return true
  }

  /** Hands the client what comes next. */
  toClient(): boolean {
    const message = this.told.shift()
    if (message === undefined || !this.isUp) return false
    this.#client.next(message)
    if (this.#isEnded && this.told.length === 0) this.#ending()
    return true
  }

  flow(): void {
    while (this.toHost() || this.toClient());
  }

  /** The line breaks for the client. The host keeps the session, and may still hear what was on its way. */
  cut(): void {
    if (!this.isUp) return
    this.isUp = false
    this.told.length = 0
    this.#client.error(new MillraceError('connection_lost', 'The line was cut.'))
  }

  /** The host finds out as well: what was on its way is lost. */
  drop(): void {
    this.said.length = 0
    this.#held.unsubscribe()
  }

  #ending: () => void = () => undefined

  #end(ending: () => void): void {
    this.#isEnded = true
    this.#ending = ending
    if (this.told.length === 0 || !this.isUp) ending()
  }
}

/** A line to a host that loses, delays and breaks as it is told. Messages cross it as JSON. */
export class FaultyLine {
  /** Whether what is said goes through at once. */
  isFlowing = true
  /** Whether the host's end of a broken connection lives on until it is dropped. */
  lingers = false
  /** Every connection that was ever begun, and everything that hosts heard over them. */
  readonly links: Link[] = []
  readonly heard: ClientMessage[] = []
  readonly transport: Transport
  /** Where the next connection leads; it fails while there is nothing. */
  host: Transport | undefined

  constructor(host: Transport | undefined) {
    this.host = host
    this.transport = (outgoing) =>
      new Observable((client) => {
        if (!this.host) return client.error(new MillraceError('connection_lost', 'There is no host.'))
        this.links.push(new Link(this, this.host, outgoing, client))
      })
  }

  /** The newest connection. */
  get link(): Link | undefined {
    return this.links[this.links.length - 1]
  }

  /** Breaks the connection, both ends at once. */
  cut(): void {
    const { link } = this
    link?.cut()
    link?.drop()
  }

  /** Lets everything through that waits, and from now on. */
  flow(): void {
    this.isFlowing = true
    this.link?.flow()
  }

  carry<M>(message: M): M {
    return JSON.parse(JSON.stringify(message)) as M
  }
}
