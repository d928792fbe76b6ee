import { map, merge, Observable, Subject, type Subscriber, tap } from 'rxjs'
import type { SessionSource, Transport } from '../../lib/contracts/transport.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { ClientMessage, ErrorMessage, ServerMessage, Welcome } from '../../lib/protocol/messages.ts'
import { parseClientMessage } from '../../lib/protocol/parse.ts'
import { Routes } from './routes.ts'

type Member = Subscriber<ServerMessage>

/**
 * One session with the host for many: its own leader, who begins and ends it, and followers, whose sessions look as if
 * they were the host's. The host is told what all of them say; each of them hears what is for it.
 */
export class Hub implements SessionSource {
  readonly #routes = new Routes<Member>()
  /** Those who said hello. */
  readonly #members = new Set<Member>()
  readonly #followers = new Set<Member>()
  readonly #said = new Subject<ClientMessage>()
  #welcome: Welcome | undefined

  /** As a host computes it. */
  get maxMessageBytes(): number {
    return 2 * this.#limits.flushBytes + 65_536
  }

  get #limits() {
    return { ...defaultLimits, ...this.#welcome?.limits }
  }

  /** The leader's session; it is passed on as it is. */
  lead(upstream: (outgoing: Observable<ClientMessage>) => ReturnType<Transport>): Transport {
    return (outgoing) =>
      new Observable((leader: Member) => {
        this.#members.add(leader)
        const own = outgoing.pipe(tap((message) => this.#routes.said(message, leader)))
        leader.add(
          upstream(merge(own, this.#said)).subscribe({
            next: (message) => this.#tell(message),
            error: (error) => this.#end((member) => member.error(error)),
            complete: () => this.#end((member) => member.complete()),
          }),
        )
      })
  }

  /** A follower's session. */
  session() {
    return (incoming: Observable<unknown>): Observable<ServerMessage> =>
      new Observable((member: Member) => {
        this.#followers.add(member)
        member.add(() => {
          this.#followers.delete(member)
          this.#members.delete(member)
          for (const message of this.#routes.leave(member)) this.#said.next(message)
        })
        member.add(
          incoming
            .pipe(map((message) => parseClientMessage(message, this.#limits)))
            .subscribe((message) => this.#take(message, member)),
        )
      })
  }

  #take(message: ClientMessage | ErrorMessage, member: Member): void {
    if (message.type === 'error') return member.next(message)
    if (message.type === 'hello') return this.#greet(member)
    const { document, client, type } = message
    const refuse = (code: ErrorMessage['code'], reason: string) =>
      member.next({
        type: 'error',
        code,
        message: reason,
        document,
        client,
        ...(type === 'flush' && { seq: message.after }),
      })
    if (!this.#members.has(member)) return refuse('unauthenticated', 'A session begins with hello.')
    if (type !== 'open' && !this.#routes.isOpen(document, client, member)) {
      return type === 'close' ? undefined : refuse('not_open', `'${document}' is not open here.`)
    }
    this.#routes.said(message, member)
    this.#said.next(message)
  }

  #greet(member: Member): void {
    this.#members.add(member)
    if (this.#welcome) member.next(this.#welcome)
  }

  #tell(message: ServerMessage): void {
    if (message.type === 'welcome') {
      this.#welcome = message
      this.#routes.clear()
    }
    for (const member of this.#routes.of(message, this.#members)) member.next(message)
  }

  #end(how: (member: Member) => void): void {
    for (const member of new Set([...this.#followers, ...this.#members])) how(member)
  }
}
