import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import type { HostAsk, HostTask } from '../programs/host.ts'
import type { ClientAsk, ClientTask } from '../programs/participant.ts'
import type { Place } from '../programs/place.ts'
import { Child, type Peer } from './child.ts'
import { crowdIn } from './crowd.ts'
import { type Disk, smallDisk } from './disk.ts'
import type { Evidence, Shown } from './evidence.ts'
import { keptAt } from './histories.ts'
import { type Entry, entriesIn, heldIn, journalIn, type Life, livesIn } from './journal.ts'
import type { Programs } from './programs.ts'
import { within } from './within.ts'

/** A place for a host: whoever stands there now, and how it is reached. */
export interface Stand {
  readonly index: number
  process: Child<HostAsk>
  port: number
  lives: number
}

type Task = Pick<ClientTask, 'url' | 'folder' | 'subject' | 'way'>

/** A device and the line that it has. */
interface Desk {
  readonly task: Task
  readonly line: TcpProxy
  /** Which host its line leads to. */
  host: number
}

/** Somebody with a device: the process that runs on it now. */
export interface Seat extends Desk {
  process: Peer<ClientAsk>
  lives: number
}

/** How a world differs from the usual one. */
export interface WorldOptions {
  readonly hosts?: number
  readonly seed?: number
  readonly host?: Pick<HostTask, 'way' | 'onLostHistory' | 'silence'>
  readonly client?: Pick<ClientTask, 'connectTimeout'>
  readonly lease?: number
  /** Whether the histories may lose what they had. */
  readonly mayLose?: boolean
  /** Where the histories are: what a host is given, and what the judge is. @default a folder */
  readonly place?: (host?: number) => Place
  /** Whether what is kept is kept on disks that can be filled. */
  readonly onDisks?: boolean
}

export interface SitOptions extends Pick<ClientTask, 'way'> {
  readonly host?: number
}

const megabytes = 16
/** Milliseconds between two looks of one of many: what each shows would be most of their work. */
const seldom = 100
/** Milliseconds between two times at which every client is told that its line may work again. */
const hurried = 250

/** Hosts over one history, and clients with a line and a storage each: processes, sockets and files. */
export class World {
  readonly stands: Stand[] = []
  readonly seats: Seat[] = []
  readonly crowded = new Set<string>()
  readonly troubled = new Set<string>()
  readonly #excused = new Set<string>()
  readonly #folder: string
  readonly #programs: Programs
  readonly #options: WorldOptions
  readonly #disks = new Map<string, Disk>()
  readonly #begun: Child<never>[] = []
  #isClosed = false
  readonly #hurrying = setInterval(() => {
    for (const { process } of this.seats) void process.ask({ type: 'hurry' })
  }, hurried)

  constructor(folder: string, programs: Programs, options: WorldOptions) {
    this.#folder = folder
    this.#programs = programs
    this.#options = options
  }

  static async begin(programs: Programs, options: WorldOptions = {}): Promise<World> {
    const world = new World(await mkdtemp(join(tmpdir(), 'millrace-faults-')), programs, options)
    try {
      mkdirSync(world.journals)
      mkdirSync(world.held)
      await world.#addDisk('history')
      for (let i = 0; i < (options.hosts ?? 1); i++) await world.#addHost(i)
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  /** Those whose processes can be done something to without doing it to others; all, where there are none. */
  get lonely(): Seat[] {
    const lonely = this.seats.filter(({ process }) => process.isAlone)
    return lonely.length > 0 ? lonely : this.seats
  }

  /** Where the histories are, for a host or for whoever judges. */
  place(host?: number): Place {
    return this.#options.place?.(host) ?? { kind: 'lmdb', folder: this.folderOf('history') }
  }

  get journals(): string {
    return join(this.#folder, 'journals')
  }

  /** Where hosts note what the histories hold. */
  get held(): string {
    return join(this.#folder, 'held')
  }

  /** Where somebody's device keeps what it keeps. */
  folderOf(subject: string): string {
    return join(this.#disks.get(subject)?.folder ?? this.#folder, subject)
  }

  diskOf(subject: string): Disk {
    return this.#disks.get(subject) as Disk
  }

  /** Somebody new, or one more process of somebody who is there: with the same storage, and a line of its own. */
  async sit(subject: string, { host = 0, way }: SitOptions = {}): Promise<Seat> {
    const others = this.seats.filter((seat) => seat.task.subject === subject).length
    if (others > 0) this.crowded.add(subject)
    const desk = await this.#desk(subject, host, way)
    const lives = others * 1_000
    return this.#take(desk, this.#startClient(desk.task, lives), lives)
  }

  /** Several new ones, who share a process. If that dies, each comes back in one of their own. */
  async sitTogether(subjects: readonly string[], host: number): Promise<Seat[]> {
    const desks = await Promise.all(subjects.map((subject) => this.#desk(subject, host)))
    const tasks = desks.map(({ task }, i) => ({ ...this.#clientTask(task, 0, i), looks: seldom }))
    const crowd = this.#startClients(tasks)
    return desks.map((desk, i) => this.#take(desk, crowd[i] as Peer<ClientAsk>, 0))
  }

  /** Starts a client anew on what the one before left. */
  reseat(seat: Seat): void {
    seat.lives += 1
    seat.process = this.#startClient(seat.task, seat.lives)
  }

  /** Starts a host anew on what all hosts share. */
  async restart(stand: Stand): Promise<void> {
    stand.lives += 1
    stand.process = this.#startHost(stand.index, stand.lives)
    stand.port = await this.#portOf(stand.process)
  }

  /** What the process that somebody has now has noted. */
  notedBy({ task, lives }: Seat): Entry[] {
    return entriesIn(journalIn(this.journals, task.subject, lives))
  }

  /** What all processes that somebody had have noted. */
  livesOf(subject: string): Life[] {
    return livesIn(this.journals).filter((life) => life.subject === subject)
  }

  /** What was kept here so far need not be there: its storage is damaged, or gave it up because it was full. */
  excuse(subject: string): void {
    this.troubled.add(subject)
    for (const { entries } of this.livesOf(subject))
      for (const entry of entries) if (entry.type === 'kept') this.#excused.add(entry.name)
  }

  /** Nothing is broken any more: whoever died comes back, every line works. */
  async heal(): Promise<void> {
    for (const child of this.#begun) {
      const accident = await child.accident()
      if (accident) throw new Error(accident)
    }
    for (const stand of this.stands) if (!stand.process.isRunning) await this.restart(stand)
    for (const seat of this.seats) {
      for (const direction of ['to server', 'to client'] as const) {
        seat.line.resume(direction)
        seat.line.delay(direction, 0)
      }
      if (!seat.process.isRunning) this.reseat(seat)
    }
  }

  /** What there is to judge by now. */
  async evidence(shown: readonly Shown[] = []): Promise<Evidence> {
    const { crowded, troubled } = this
    const lives = livesIn(this.journals)
    const held = heldIn(this.held)
    const { histories, snapshots, restored } = await keptAt(this.place(), held)
    const excused = this.#excused
    return { lives, histories, held, shown: [...shown, ...snapshots], crowded, troubled, excused, restored }
  }

  /** Ends everything, however it stands. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#hurrying)
    for (const child of this.#begun) child.kill('SIGKILL')
    await Promise.all(this.#begun.map(({ ended }) => ended))
    await Promise.all(this.seats.map(({ line }) => line.close()))
    await Promise.all([...this.#disks.values()].map((disk) => disk.remove()))
    await rm(this.#folder, { recursive: true })
  }

  async #addDisk(name: string): Promise<void> {
    if (this.#options.onDisks) this.#disks.set(name, await smallDisk(megabytes))
  }

  async #addHost(index: number): Promise<void> {
    const process = this.#startHost(index, 0)
    this.stands.push({ index, process, port: await this.#portOf(process), lives: 0 })
  }

  async #portOf(process: Child<HostAsk>): Promise<number> {
    const port = await within('a host to start', process.ask<number>({ type: 'port' }))
    if (port === undefined) throw new Error(`A host did not start: ${process.stderr}`)
    return port
  }

  #startHost(index: number, life: number): Child<HostAsk> {
    const task: HostTask = {
      place: this.place(index),
      journal: journalIn(this.journals, `host ${index}`, life),
      ...(this.#options.mayLose && { held: journalIn(this.held, `host ${index}`, life) }),
      ...this.#options.host,
    }
    return this.#start('host', task)
  }

  async #desk(subject: string, host: number, way?: ClientTask['way']): Promise<Desk> {
    if (!this.seats.some((seat) => seat.task.subject === subject)) await this.#addDisk(subject)
    let desk: Desk | undefined
    const line = await tcpProxy(() => (this.stands[desk?.host ?? host] as Stand).port)
    const folder = this.folderOf(subject)
    desk = { task: { url: `http://127.0.0.1:${line.port}`, folder, subject, ...(way && { way }) }, line, host }
    return desk
  }

  #take(desk: Desk, process: Peer<ClientAsk>, lives: number): Seat {
    const seat = Object.assign(desk, { process, lives })
    this.seats.push(seat)
    return seat
  }

  #startClient(task: Task, life: number): Peer<ClientAsk> {
    return this.#startClients([this.#clientTask(task, life)])[0] as Peer<ClientAsk>
  }

  #startClients(tasks: readonly ClientTask[]): Peer<ClientAsk>[] {
    const subjects = tasks.map(({ subject }) => subject)
    return crowdIn(this.#start('client', tasks), subjects)
  }

  #clientTask(task: Task, life: number, others = 0): ClientTask {
    const { seed: first = 1, lease = 5_000 } = this.#options
    const seed = first * 10_000 + (this.seats.length + others) * 100 + life
    return {
      ...task,
      ...this.#options.client,
      life,
      lease,
      journal: journalIn(this.journals, task.subject, life),
      seed,
    }
  }

  #start<Ask>(program: string, task: object): Child<Ask> {
    if (this.#isClosed) throw new Error('This world has ended.')
    const child = new Child<Ask>(this.#programs.path(program), task)
    this.#begun.push(child as Child<never>)
    return child
  }
}
