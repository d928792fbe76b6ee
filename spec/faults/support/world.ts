import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bundles } from '../../support/programs.ts'
import { type TcpProxy, tcpProxy } from '../../support/tcp-proxy.ts'
import type { ClientAsk, ClientTask } from '../programs/client.ts'
import { documentIds } from '../programs/documents.ts'
import type { HostAsk, HostTask } from '../programs/host.ts'
import { Child, type Ending } from './child.ts'
import { countOf, keptIn } from './histories.ts'
import { journalIn, livesIn } from './journal.ts'
import { type Evidence, type Shown, violations } from './verdict.ts'
import { within } from './within.ts'

/** A place for a host: whoever stands there now, and how it is reached. */
export interface Stand {
  readonly index: number
  process: Child<HostAsk>
  port: number
  lives: number
}

type Task = Pick<ClientTask, 'url' | 'folder' | 'subject' | 'way'>

/** Somebody with a device: the process that runs on it now, and the line that it has. */
export interface Seat {
  readonly task: Task
  readonly line: TcpProxy
  process: Child<ClientAsk>
  lives: number
  /** Which host its line leads to. */
  host: number
}

/** How a world differs from the usual one. */
export interface WorldOptions {
  readonly hosts?: number
  readonly seed?: number
  readonly host?: Pick<HostTask, 'way'>
  readonly lease?: number
}

/** Milliseconds in which everything has to come to rest once nothing is broken any more. */
const healing = 25_000

/** Hosts over one history, and clients with a line and a storage each: processes, sockets and files. */
export class World {
  readonly folder: string
  readonly stands: Stand[] = []
  readonly seats: Seat[] = []
  readonly crowded = new Set<string>()
  readonly troubled = new Set<string>()
  readonly #programs: Bundles
  readonly #options: WorldOptions

  constructor(folder: string, programs: Bundles, options: WorldOptions) {
    this.folder = folder
    this.#programs = programs
    this.#options = options
  }

  static async begin(programs: Bundles, options: WorldOptions = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-faults-'))
    const world = new World(folder, programs, options)
    mkdirSync(world.journals)
    for (let i = 0; i < (options.hosts ?? 1); i++) await world.#addHost(i)
    return world
  }

  get history(): string {
    return join(this.folder, 'history')
  }

  get journals(): string {
    return join(this.folder, 'journals')
  }

  /** Somebody new, or one more process of somebody who is there: with the same storage, and a line of its own. */
  async sit(subject: string, { host = 0, folder = join(this.folder, subject), way }: SitOptions = {}): Promise<Seat> {
    const lives = this.seats.filter((seat) => seat.task.subject === subject).length * 1_000
    if (lives > 0) this.crowded.add(subject)
    let seat: Seat | undefined
    const line = await tcpProxy(() => (this.stands[seat?.host ?? host] as Stand).port)
    const task = { url: `http://127.0.0.1:${line.port}`, folder, subject, ...(way && { way }) }
    seat = { task, line, process: this.#startClient(task, lives), lives, host }
    this.seats.push(seat)
    return seat
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
    const port = await within(20_000, 'a host to start', stand.process.ask<number>({ type: 'port' }))
    if (port === undefined) throw new Error(`A host did not start: ${stand.process.stderr}`)
    stand.port = port
  }

  /** Nothing is broken any more: whoever died comes back, every line works. */
  async heal(): Promise<void> {
    for (const { process } of [...this.stands, ...this.seats]) {
      const accident = await process.accident()
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

  /** Waits until all that was made is settled, and everybody has it. @returns what does not hold */
  async conclude(): Promise<string[]> {
    const hurrying = setInterval(() => {
      for (const { process } of this.seats) void process.ask({ type: 'hurry' })
    }, 250)
    try {
      await this.heal()
      const flushed = this.seats.map(({ task, process }) =>
        within(healing, `${task.subject} to flush`, process.ask({ type: 'flush' })),
      )
      await Promise.all(flushed)
      await this.#whenAllKeptIsThere()
      return violations({ ...(await this.#endings()) })
    } catch (error) {
      return [`I12: ${error instanceof Error ? error.message : error}`, ...violations(await this.evidence([]))]
    } finally {
      clearInterval(hurrying)
    }
  }

  /** What there is to judge by now. */
  async evidence(shown: readonly Shown[]): Promise<Evidence> {
    const { histories, snapshots } = await keptIn(this.history)
    const { crowded, troubled } = this
    return { lives: livesIn(this.journals), histories, shown: [...shown, ...snapshots], crowded, troubled }
  }

  /** Ends everything, however it stands. */
  async close(): Promise<void> {
    const all = [...this.seats, ...this.stands].map(({ process }) => process)
    for (const one of all) one.kill('SIGKILL')
    await Promise.all(all.map(({ ended }) => ended))
    await Promise.all(this.seats.map(({ line }) => line.close()))
    if (!process.env.KEEP) await rm(this.folder, { recursive: true })
  }

  /** What was waiting in the queues of others is sent by whoever finds it. */
  async #whenAllKeptIsThere(): Promise<void> {
    if (this.crowded.size === 0) return
    const isThere = async () => !violations(await this.evidence([])).some((text) => text.startsWith('I4'))
    const end = Date.now() + healing
    while (!(await isThere()) && Date.now() < end) await new Promise((next) => setTimeout(next, 100))
  }

  async #endings(): Promise<Evidence> {
    const { histories } = await keptIn(this.history)
    const shown: Shown[] = []
    const show = async (who: string, process: Child<ClientAsk> | Child<HostAsk>) => {
      for (const document of documentIds) {
        const count = countOf(histories.get(document))
        const asked = (process as Child<ClientAsk>).ask<string>({ type: 'show', document, count })
        const text = await within(healing, `${who} to have ${count} commands of ${document}`, asked)
        shown.push({ who, document, count, text: text ?? 'nothing, for it died' })
      }
    }
    for (const { task, process } of this.seats) await show(task.subject, process)
    for (const { index, process } of this.stands) await show(`host ${index}`, process)
    for (const { task, process } of this.seats) await ended(task.subject, process)
    for (const { index, process } of this.stands) await ended(`host ${index}`, process)
    return this.evidence(shown)
  }

  async #addHost(index: number): Promise<void> {
    const stand: Stand = { index, process: this.#startHost(index, 0), port: 0, lives: -1 }
    this.stands.push(stand)
    stand.lives = 0
    stand.port = (await within(20_000, 'a host to start', stand.process.ask<number>({ type: 'port' }))) ?? 0
  }

  #startHost(index: number, life: number): Child<HostAsk> {
    const task: HostTask = {
      folder: this.history,
      journal: journalIn(this.journals, `host ${index}`, life),
      ...this.#options.host,
    }
    return new Child(this.#programs.path('host'), task)
  }

  #startClient(given: Task, life: number): Child<ClientAsk> {
    const { seed = 1, lease = 5_000 } = this.#options
    const task: ClientTask = {
      ...given,
      life,
      lease,
      journal: journalIn(this.journals, given.subject, life),
      seed: seed * 10_000 + this.seats.length * 100 + life,
    }
    return new Child(this.#programs.path('client'), task)
  }
}

export interface SitOptions extends Pick<ClientTask, 'way'> {
  readonly host?: number
  readonly folder?: string
}

async function ended(who: string, process: Child<ClientAsk> | Child<HostAsk>): Promise<void> {
  await within(healing, `${who} to close`, (process as Child<ClientAsk>).ask({ type: 'end' }))
  const { code, signal }: Ending = await within(healing, `${who} to end by itself`, process.ended)
  if (code !== 0) throw new Error(`${who} ended with ${code ?? signal}: ${process.stderr}`)
}
