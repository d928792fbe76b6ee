import { concat, filter, finalize, Observable, of, Subject, type Subscriber, type Subscription } from 'rxjs'
import type { SessionSource, Transport } from '../../lib/contracts/transport.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'

/** A source for an edge whose sessions last for one request, and its clients. */
export interface Lasting {
  readonly source: SessionSource
  /** A client as the suite knows it: says first who it is, as any does, and passes over what answers that. */
  introduced(transport: Transport): Transport
}

/**
 * The sessions of the suite's source last, and hear each message once; those of HTTP last for one request. This joins
 * them: all requests of one caller are one session of the source, which is told what is new in each, and what it says is
 * told to whoever waits. It is over when the caller has hung up and no request of it is left. A flush is answered, as a
 * host does.
 */
export function lasting(source: SessionSource): Lasting {
  const callers = new Map<string, Caller>()
  const gone = new Set<string>()
  let names = 0

  function left(token: string): void {
    const caller = callers.get(token)
    if (caller?.requests === 0 && gone.has(token)) caller.session.unsubscribe()
  }

  function call(token: string, request: unknown): Caller {
    const caller = callers.get(token) ?? new Caller(source.session({ request }))
    callers.set(token, caller)
    caller.requests += 1
    return caller
  }

  return {
    introduced: (transport) => (outgoing) => {
      const token = `caller ${++names}`
      const hello: ClientMessage = { type: 'hello', protocol: 1, token }
      return transport(concat(of(hello), outgoing)).pipe(
        filter(({ type }) => type !== 'welcome' && type !== 'flushed'),
        finalize(() => {
          gone.add(token)
          left(token)
        }),
      )
    },
    source: {
      get maxMessageBytes() {
        return source.maxMessageBytes
      },
      session: (info) => (incoming) =>
        new Observable((subscriber) => {
          let caller: Caller | undefined
          let saysMore = false
          function take({ type, ...message }: Said): void {
            if (type === 'hello' && caller === undefined) {
              const token = String(message.token)
              saysMore = !callers.has(token)
              caller = call(token, info.request)
              subscriber.add(() => {
                caller?.left(subscriber)
                left(token)
              })
              if (saysMore) subscriber.next(welcome)
              return
            }
            saysMore = true
            caller?.said.next({ type, ...message })
            if (type === 'flush') subscriber.next(answerTo(message))
          }
          subscriber.add(incoming.subscribe((message) => take(message as Said)))
          if (!saysMore) caller?.waits(subscriber)
        }),
    },
  }
}

type Said = { readonly type: string } & Readonly<Record<string, unknown>>

/** One session of the source, whatever requests carry it. */
class Caller {
  requests = 0
  readonly said = new Subject<unknown>()
  readonly session: Subscription
  readonly #told: ServerMessage[] = []
  #end: ((subscriber: Subscriber<ServerMessage>) => void) | undefined
  #waiting: Subscriber<ServerMessage> | undefined

  constructor(session: (incoming: Observable<unknown>) => Observable<ServerMessage>) {
    this.session = session(this.said).subscribe({
      next: (message) => {
        this.#told.push(message)
        this.#tell()
      },
      error: (error) => this.#over((subscriber) => subscriber.error(error)),
      complete: () => this.#over((subscriber) => subscriber.complete()),
    })
  }

  waits(subscriber: Subscriber<ServerMessage>): void {
    this.#waiting = subscriber
    this.#tell()
  }

  left(subscriber: Subscriber<ServerMessage>): void {
    if (this.#waiting === subscriber) this.#waiting = undefined
    this.requests -= 1
  }

  #over(end: (subscriber: Subscriber<ServerMessage>) => void): void {
    this.#end = end
    this.#tell()
  }

  #tell(): void {
    const subscriber = this.#waiting
    if (!subscriber) return
    for (const message of this.#told.splice(0)) subscriber.next(message)
    this.#end?.(subscriber)
  }
}

const welcome: ServerMessage = { type: 'welcome', protocol: 1, features: [], limits: defaultLimits }

function answerTo(flush: Readonly<Record<string, unknown>>): ServerMessage {
  const { document, client } = flush as { readonly document: string; readonly client: string }
  const position = { count: 1, mark: 'answered' }
  return { type: 'flushed', document, client, position, record: { seq: 1_000, first: 1, position, outcome: {} } }
}
