import type { AppendResult, Batch, Position } from '../../contracts/history.ts'
import type { DocumentKinds } from '../../documents.ts'
import type { Right } from '../../host/session.ts'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import { Checker } from './checker/checker.ts'
import { ClientProcess } from './client-process.ts'
import { Counts } from './counts.ts'
import { Store } from './history.ts'
import { HostProcess, refusal } from './host-process.ts'
import type { CommandMaker } from './kinds.ts'
import type { Archivist } from './log.ts'
import { type Link, type Listener, Network, type Server } from './network.ts'
import type { Plan, Step } from './plan.ts'
import { Random } from './random.ts'
import { Disk } from './storage.ts'
import { Timeline } from './timeline.ts'
import { Trace } from './trace.ts'
import { troubles } from './troubles.ts'

/** What a world is made of. */
export interface Setting {
  readonly seed: number
  readonly plan: Plan
  readonly kinds: DocumentKinds
  readonly commands: CommandMaker
  readonly show?: ((line: string) => void) | undefined
}

/** How long healing may take, in virtual milliseconds. */
const healingTime = 300_000

/** Clients and hosts over one history, in one thread, in virtual time, with all that goes wrong between them. */
export class World implements Listener, Archivist {
  readonly plan: Plan
  readonly kinds: DocumentKinds
  readonly commands: CommandMaker
  readonly documents: readonly string[]
  readonly timeline = new Timeline()
  readonly random: Random
  readonly trace: Trace
  readonly counts = new Counts()
  readonly checker: Checker
  readonly network: Network
  readonly store: Store
  readonly hosts: HostProcess[] = []
  /** A device for each client. */
  readonly disks: readonly Disk[]
  readonly clients: ClientProcess[] = []
  /** Pairs of a client's and a host's index that do not reach each other. */
  readonly partitions = new Set<string>()
  isStoreUp = true
  storeSlowness = 0
  /** What the latency is multiplied with. */
  storm = 1
  readonly #down = new Set<number>()
  #processes = 0

  constructor({ seed, plan, kinds, commands, show }: Setting) {
    this.plan = plan
    this.kinds = kinds
    this.commands = commands
    this.documents = Object.keys(kinds).map((kind) => `${kind}/one`)
    this.random = new Random(seed ^ 0x2545f491)
    this.trace = new Trace(() => this.timeline.now, show)
    this.checker = new Checker({
      documents: this.documents.map((id) => ({ id, initial: this.initialOf(id) })),
      lawOf: (document, subject) => ({
        interceptor: kinds[kindOf(document)]?.interceptor as never,
        mayWrite: this.rightOf(subject, document) === 'write',
        refusal,
      }),
      mayRead: (document, subject) => Boolean(this.rightOf(subject, document)),
      now: () => this.timeline.now,
      note: (what) => this.counts.add(what),
    })
    this.network = new Network(this.timeline, this, this.random.fork())
    this.network.latency = (random) => this.latency(random) * this.storm
    this.store = new Store(this.timeline, this, plan.keep)
    this.store.syncTime = plan.syncTime
    this.disks = Array.from({ length: plan.clients }, () => new Disk())
    for (let i = 0; i < plan.hosts; i++) this.hosts[i] = this.#startHost(i)
    for (let i = 0; i < plan.clients; i++) this.clients[i] = this.#startClient(i)
  }

  get isOver(): boolean {
    return this.checker.violation !== undefined
  }

  /** Lets everything happen that is planned, heals the world, and looks at what has become of it. */
  async run(): Promise<void> {
    const { steps } = this.plan
    for (const step of steps) this.timeline.after(step.at, () => this.#take(step))
    await this.#pass((steps.at(-1)?.at ?? 0) + 1)
    await this.#heal()
    if (!this.isOver) this.#check()
    await this.#close()
  }

  latency(random: Random): number {
    const [least, most] = this.plan.latency
    return least + random.below(most - least + 1)
  }

  initialOf(id: string): object {
    return (this.kinds[kindOf(id)] as DocumentKinds[string]).initial
  }

  /** Who may do what; by name, so that the checker may ask it, too. */
  rightOf(subject: string, _document: string): Right {
    return Number(subject.slice(1).split('.')[0]) >= this.plan.readers ? 'read' : 'write'
  }

  /** Where a client's next session leads. */
  route(client: ClientProcess): Server | undefined {
    const { target } = client
    if (this.#down.has(target) || this.partitions.has(`${this.clients.indexOf(client)} ${target}`)) {
      client.target = (target + 1) % this.hosts.length
      return undefined
    }
    return this.hosts[target]
  }

  /** A host process dies; another takes its place after so many milliseconds. */
  crashHost(index: number, downTime: number, noticed: (link: Link) => number): void {
    const host = this.hosts[index] as HostProcess
    if (host.actor.isDead) return
    host.actor.die()
    this.#down.add(index)
    for (const link of this.network.of(host.actor)) {
      link.deaf.up = true
      link.deaf.down = true
      this.timeline.after(noticed(link), () => link.cut())
    }
    this.timeline.after(downTime, () => this.#begin(index))
  }

  /** A host process is asked to stop, and another takes its place. */
  replaceHost(index: number, old: HostProcess): void {
    if (this.hosts[index] !== old || old.actor.isDead || this.#down.has(index)) return
    this.#down.add(index)
    void old.host.close()
    this.timeline.after(100, () => this.#begin(index))
  }

  restartClient(index: number): void {
    const { plan } = this
    const client = this.clients[index] as ClientProcess
    client.die()
    for (const link of this.network.of(client.actor)) link.cut(this.random.below(5_000), this.random.chance(0.5))
    this.clients[index] = this.#startClient(index, plan.keeps ? client : undefined)
  }

  said(link: Link, message: ClientMessage, text: string): void {
    this.trace.note(`${link.name} →`, text)
    this.timeline.whenQuiet(() => {
      this.checker.said(link.client.name, message)
    })
  }

  heard(link: Link, message: ClientMessage, _text: string): void {
    this.trace.note(`  ${link.server.actor.name} hears ${message.type} of ${link.client.name}`)
  }

  told(link: Link, message: ServerMessage, text: string): void {
    this.trace.note(`${link.name} ←`, text)
    this.checker.told(link.client.name, message)
    if (message.type === 'error') this.counts.add(`error:${message.code}`)
    if (message.type === 'snapshot') this.counts.add(message.regressed ? 'snapshot:regressed' : 'snapshot')
    if (message.type === 'flushed' && !message.follows && message.record) this.counts.add('record told')
  }

  got(link: Link, message: ServerMessage, _text: string): void {
    this.trace.note(`  ${link.client.name} hears ${message.type} of ${link.server.actor.name}`)
    this.checker.hears(message)
    if ('document' in message && this.random.chance(0.03)) {
      const client = this.clients.find(({ actor }) => actor === link.client)
      this.timeline.whenQuiet(() => this.documents.forEach((id) => client?.look(id)))
    }
  }

  begun(document: string, position: Position, initial: string): void {
    this.trace.note(`store: ${document} begins`, JSON.stringify(position))
    this.checker.begun(document, position, initial)
  }

  written(document: string, batch: Batch): void {
    this.trace.note(`store: ${document}`, JSON.stringify(batch))
    if (batch.completions.length === 0) this.counts.add('empty batch')
    this.checker.written(document, batch)
  }

  durable(document: string, batches: number): void {
    this.trace.note(`store: ${document} durable`, String(batches))
    this.checker.durable(document, batches)
  }

  answered(document: string, batches: readonly Batch[], result: AppendResult): void {
    if (batches.length > 1) this.counts.add('append of several flushes')
    if (result.type === 'not_at_head') this.counts.add('lost race')
    if (result.type !== 'refused') return
    this.trace.note(`store: ${document} refuses`, JSON.stringify(result))
    for (const { verdict } of result.verdicts) this.counts.add(`refused:${verdict}`)
  }

  saved(document: string, position: Position, text: string, floor: number): void {
    this.trace.note(`store: ${document} saved`, JSON.stringify(position))
    this.counts.add('saved')
    this.checker.saved(document, position, text, floor)
  }

  forgot(document: string, records: number): void {
    this.trace.note(`store: ${document} forgets`, String(records))
    this.counts.add('record forgotten', records)
    this.checker.forgot(document)
  }

  lost(document: string, batches: number, all: boolean): void {
    this.trace.note(`store: ${document} keeps only`, String(batches))
    this.checker.lost(document, batches, all)
  }

  #pass(milliseconds: number, isOver: () => boolean = () => false): Promise<void> {
    return this.timeline.pass(milliseconds, () => this.isOver || isOver())
  }

  #take({ type, chance, index }: Step): void {
    if (this.isOver) return
    const random = new Random(chance)
    if (type === 'edit') return this.#edit(random, index)
    this.trace.note(`— ${type}`)
    if (troubles[type](this, random)) this.counts.add(`fault:${type}`)
  }

  #edit(random: Random, index: number): void {
    const first = random.below(this.clients.length)
    const id = random.pick(this.documents)
    const client = this.clients
      .map((_, i) => this.clients[(first + i) % this.clients.length] as ClientProcess)
      .find((one) => one.document(id).proxy.isLoaded && !one.actor.isAsleep)
    client?.edit(id, random, random.between(1, 4), index * 10 + 1)
  }

  /** All faults end, and time passes until everything has come to rest. */
  async #heal(): Promise<void> {
    this.isStoreUp = true
    this.storeSlowness = 0
    this.storm = 1
    this.partitions.clear()
    for (const host of this.hosts) {
      Object.assign(host, { isDeaf: false, isCutOff: false, slowness: 0, refusals: 0 })
      host.fates.clear()
      host.actor.wake()
    }
    for (const { actor } of this.clients) actor.wake()
    for (const { fates } of this.disks) fates.length = 0
    for (const link of [...this.network.links]) {
      if (link.isOver) link.drop()
      else if (link.deaf.up || link.deaf.down) link.cut()
    }
    this.trace.note('— heals')
    await this.#rest()
    // Whoever has nothing to say may not have noticed what was lost.
    if (!this.isOver) this.#sayLastWords()
    await this.#rest()
  }

  #sayLastWords(): void {
    this.clients.forEach((client, i) => {
      for (const [j, id] of this.documents.entries())
        if (client.document(id).proxy.isLoaded) client.edit(id, new Random(i), 1, 1_000_000 + 10 * i + j)
    })
  }

  async #rest(): Promise<void> {
    const end = this.timeline.now + healingTime
    while (this.timeline.now < end && !this.isOver) {
      await this.#pass(1_000)
      if (this.#isAtRest()) return
    }
    if (this.isOver) return
    const states = this.clients.flatMap((client) =>
      this.documents.map((id) => {
        const { proxy, book } = client.document(id)
        return `${book.name}: ${JSON.stringify(proxy.status)}, ${book.waiting.length} wait`
      }),
    )
    this.checker.fail('I12', `After ${healingTime} ms without faults: ${states.join('; ')}`)
  }

  #isAtRest(): boolean {
    return (
      this.#down.size === 0 &&
      this.clients.every((client) => client.isSettled) &&
      this.documents.every((id) =>
        this.clients.every((client) => client.document(id).proxy.getCommandCount() === this.checker.ledger(id).count),
      )
    )
  }

  #check(): void {
    for (const id of this.documents) {
      const { text } = this.checker.ledger(id)
      for (const client of this.clients) {
        const shown = JSON.stringify(client.document(id).proxy.getDocument())
        if (shown !== text) this.checker.fail('I7', `${client.actor.name} shows ${shown} of ${id}; it is ${text}.`)
      }
    }
    this.checker.check()
  }

  async #close(): Promise<void> {
    for (const client of this.clients) client.close()
    await this.timeline.pass(100)
    for (const { host } of this.hosts) void host.close()
    await this.timeline.pass(60_000)
  }

  #startHost(index: number): HostProcess {
    return new HostProcess(this, index, `H${index}.${++this.#processes}`)
  }

  #startClient(index: number, before?: ClientProcess): ClientProcess {
    return new ClientProcess(this, index, `C${index}.${++this.#processes}`, before)
  }

  #begin(index: number): void {
    // It may have crashed while it was about to stop.
    if (this.#down.delete(index)) this.hosts[index] = this.#startHost(index)
  }
}

const kindOf = (id: string): string => id.slice(0, id.indexOf('/'))
