import { catchError, EMPTY, filter, from, switchMap } from 'rxjs'
import { type Client, createClient } from '../../client/client.ts'
import type { ConnectedProxy } from '../../client/connected-proxy.ts'
import type { Command } from '../../flushout.ts'
import { offline } from '../../offline/offline.ts'
import { Actor } from './actor.ts'
import type { Book } from './checker/book.ts'
import type { AnyCommand } from './checker/replay.ts'
import type { Server } from './network.ts'
import { Random } from './random.ts'
import { type Disk, simulatedStorage } from './storage.ts'
import type { Surroundings } from './surroundings.ts'

interface OpenDocument {
  readonly proxy: ConnectedProxy<object>
  readonly book: Book
}

/** Who a client is, and what it has. */
export interface Place {
  readonly index: number
  readonly name: string
  readonly disk: Disk
  readonly route: (client: ClientProcess) => Server | undefined
}

/** One process that edits documents, from its start to its end. */
export class ClientProcess {
  readonly actor: Actor
  /** Which host it goes to. */
  target: number
  readonly #client: Client<Record<string, never>>
  readonly #world: Surroundings
  readonly #documents = new Map<string, OpenDocument>()
  readonly #random: Random

  /** It begins on a device, in the place of who ran there before; `route` says where its next session leads. */
  constructor(world: Surroundings, { index, name, disk, route }: Place, before?: ClientProcess) {
    const random = new Random(world.random.seed())
    this.#world = world
    this.#random = random
    this.actor = new Actor(name, world.timeline, random.fork())
    this.target = index % world.plan.hosts
    this.#client = createClient<Record<string, never>>({
      transport: world.network.transport(this.actor, () => route(this)),
      environment: this.actor.environment,
      ...(world.plan.keeps && {
        storage: offline(simulatedStorage(disk, this.actor, world.timeline, random.fork())),
      }),
    })
    for (const id of world.documents) this.#open(id, before?.document(id).book)
  }

  get isSettled(): boolean {
    return [...this.#documents.values()].every(
      ({ proxy, book }) => proxy.status.state === 'live' && book.waiting.length === 0,
    )
  }

  /** How a document stands. */
  document(id: string): OpenDocument {
    return this.#documents.get(id) as OpenDocument
  }

  reopen(id: string): void {
    const { proxy, book } = this.document(id)
    book.ends()
    proxy.close()
    this.#open(id)
  }

  /** Does so many things to a document that it sees. */
  edit(id: string, random: Random, count: number, number: number): void {
    const { proxy, book } = this.document(id)
    this.look(id)
    for (let i = 0; i < count; i++) this.#apply(proxy, book, random, number + i)
  }

  /** Compares what is shown with what may be. */
  look(id: string): void {
    const { proxy, book } = this.document(id)
    if (proxy.isLoaded && !this.actor.isDead) book.shows(JSON.stringify(proxy.getDocument()), proxy.getCommandCount())
  }

  die(): void {
    this.actor.die()
    for (const { book } of this.#documents.values()) book.ends(this.#world.plan.keeps)
  }

  close(): void {
    for (const { book } of this.#documents.values()) book.ends()
    this.#client.close()
  }

  #apply(proxy: ConnectedProxy<object>, book: Book, random: Random, number: number): void {
    const { plan, counts, trace } = this.#world
    const view = proxy.getDocument()
    const command = this.#world.commands(random, view, number)
    const kept = JSON.parse(JSON.stringify(command)) as AnyCommand
    if (random.chance(plan.commonIds)) this.actor.ids.push(`n${random.below(3)}`)
    const result = proxy.apply(command)
    this.actor.ids.length = 0
    trace.note(
      `${book.name} applies`,
      JSON.stringify([number, kept, result.isSuccess ? result.createdId : result.code]),
    )
    spoil(command)
    if (!result.isSuccess) return counts.add(`failed:${result.code}`)
    counts.add('commands')
    const made = book.made(number, kept, result.createdId, view)
    if (plan.keeps)
      void result.kept.then(
        () => {
          counts.add('kept')
          made.isKept = true
        },
        () => undefined,
      )
    void result.settled.then((settlement) => {
      counts.add(settlement.type)
      if ('code' in settlement) counts.add(`${settlement.type}:${settlement.code}`)
      if (!book.isOver) trace.note(`${book.name} settled`, JSON.stringify([number, settlement]))
      book.settled(made, settlement)
    })
  }

  #open(id: string, before?: Book): void {
    const { checker, counts, trace, plan } = this.#world
    const book = checker.opens(this.actor.name, id, before)
    const initial = plan.startsOffline ? this.#world.initialOf(id) : undefined
    const proxy = this.#client.open(
      id as never,
      initial ? { initial: initial as never } : {},
    ) as unknown as ConnectedProxy<object>
    this.#documents.set(id, { proxy, book })
    from(proxy.loaded)
      .pipe(
        switchMap(() => proxy.pending$),
        filter((pending) => pending === 0),
        catchError(() => EMPTY),
      )
      .subscribe(() => this.#world.timeline.whenQuiet(() => book.rests()))
    proxy.sync$.subscribe((event) => {
      if (book.isOver) return
      counts.add(`sync:${event.type}`)
      trace.note(`${book.name} ${event.type}`, JSON.stringify(event))
      book.told(event)
    })
    // Not everybody looks at everything.
    if (this.#random.chance(0.5)) {
      proxy.document$.subscribe((value) => {
        if (this.#random.chance(0.2)) checker.sees(value)
      })
    }
  }
}

/** Whoever hands in a command may change it afterwards; that is nobody else's. */
function spoil(command: Command): void {
  const { props } = command as { props?: Record<string, unknown> }
  if (props) props.spoilt = true
  command.path?.push('spoilt')
}
