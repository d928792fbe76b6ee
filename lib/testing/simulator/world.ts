import type { DocumentKinds } from '../../documents.ts'
import type { Right } from '../../host/session.ts'
import type { Actor } from './actor.ts'
import { Checker } from './checker/checker.ts'
import { ClientProcess } from './client-process.ts'
import { Counts } from './counts.ts'
import { Store } from './history.ts'
import { HostProcess, refusal } from './host-process.ts'
import type { CommandMaker } from './kinds.ts'
import { type Link, Network, type Server } from './network.ts'
import { Observer } from './observer.ts'
import type { Plan } from './plan.ts'
import { Random } from './random.ts'
import { Disk } from './storage.ts'
import type { Surroundings } from './surroundings.ts'
import { Timeline } from './timeline.ts'
import { Trace } from './trace.ts'

/** What a world is made of. */
export interface Setting {
  readonly seed: number
  readonly plan: Plan
  readonly kinds: DocumentKinds
  readonly commands: CommandMaker
  readonly show?: ((line: string) => void) | undefined
}

/** Clients and hosts over one history, in one thread, in virtual time, with all that goes wrong between them. */
export class World implements Surroundings {
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
    const observer = new Observer(this.timeline, this.trace, this.counts, this.checker, (client) =>
      this.#mayLook(client),
    )
    this.network = new Network(this.timeline, observer, this.random.fork())
    this.network.latency = (random) => this.latency(random) * this.storm
    this.store = new Store(this.timeline, observer, plan.keep)
    this.store.syncTime = plan.syncTime
    this.disks = Array.from({ length: plan.clients }, () => new Disk())
    for (let i = 0; i < plan.hosts; i++) this.hosts[i] = this.#startHost(i)
    for (let i = 0; i < plan.clients; i++) this.clients[i] = this.#startClient(i)
  }

  /** Whether nobody is missing. */
  get isComplete(): boolean {
    return this.#down.size === 0
  }

  /** Whether something did not hold. */
  get isOver(): boolean {
    return this.checker.violation !== undefined
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
  #route(client: ClientProcess): Server | undefined {
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

  /** Now and then somebody looks at what it has. */
  #mayLook(actor: Actor): void {
    if (!this.random.chance(0.03)) return
    const client = this.clients.find((one) => one.actor === actor)
    this.timeline.whenQuiet(() => this.documents.forEach((id) => client?.look(id)))
  }

  #startHost(index: number): HostProcess {
    const name = `H${index}.${++this.#processes}`
    const host: HostProcess = new HostProcess(this, index, name, () => this.replaceHost(index, host))
    return host
  }

  #startClient(index: number, before?: ClientProcess): ClientProcess {
    const place = {
      index,
      name: `C${index}.${++this.#processes}`,
      disk: this.disks[index] as Disk,
      route: (client: ClientProcess) => this.#route(client),
    }
    return new ClientProcess(this, place, before)
  }

  #begin(index: number): void {
    // It may have crashed while it was about to stop.
    if (this.#down.delete(index)) this.hosts[index] = this.#startHost(index)
  }
}

const kindOf = (id: string): string => id.slice(0, id.indexOf('/'))
