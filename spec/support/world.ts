import { expect } from '@jest/globals'
import fc from 'fast-check'
import { firstValueFrom, takeUntil, timer, toArray } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { Applied } from '../../lib/applied.ts'
import { type Client, createClient } from '../../lib/client/client.ts'
import type { ConnectedProxy } from '../../lib/client/connected-proxy.ts'
import type { Batch } from '../../lib/contracts/history.ts'
import { document as kind } from '../../lib/documents.ts'
import type { SyncEvent } from '../../lib/events.ts'
import type { Command, CommandCompletion, Interceptor } from '../../lib/flushout.ts'
import { createHost, type Host } from '../../lib/host/host.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import type { Settlement } from '../../lib/replica/pending.ts'
import { arbitraryWish, type Wish } from './arbitrary-commands.ts'
import { ControlledHistory, type Held } from './controlled-history.ts'
import { FaultyLine } from './faulty-line.ts'
import { freezeDeep } from './freeze.ts'
import { ManualTime, quiet } from './manual-time.ts'
import { replayText } from './plain-replay.ts'

const clients = 3
const hosts = 2

/** One thing that happens. */
export type Step =
  | { readonly type: 'edit'; readonly client: number; readonly wishes: readonly Wish[] }
  | { readonly type: 'family'; readonly client: number; readonly children: number }
  | { readonly type: 'to host' | 'to client'; readonly client: number; readonly messages: number }
  | { readonly type: 'flow' | 'hold' | 'say again' | 'late' | 'reopen'; readonly client: number }
  | { readonly type: 'serve'; readonly host: number; readonly wishes: readonly Wish[] }
  | { readonly type: 'cut'; readonly client: number; readonly host: number; readonly lingers: boolean }
  | { readonly type: 'crash' | 'restart' | 'hold appends' | 'let append' | 'release appends'; readonly host: number }
  | { readonly type: 'fail append'; readonly host: number; readonly was: 'written' | 'not written' }
  | { readonly type: 'time'; readonly milliseconds: number }

const client = fc.nat(clients - 1)
const host = fc.nat(hosts - 1)
const type = <T extends string>(...types: T[]) => fc.constantFrom(...types)

export const arbitrarySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<Step> }[]>(
    {
      weight: 10,
      arbitrary: fc.record({
        type: type('edit'),
        client,
        wishes: fc.array(arbitraryWish, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 8, arbitrary: fc.record({ type: type('family'), client, children: fc.nat(3) }) },
    {
      weight: 10,
      arbitrary: fc.record({ type: type('to host', 'to client'), client, messages: fc.integer({ min: 1, max: 4 }) }),
    },
    { weight: 5, arbitrary: fc.record({ type: type('flow', 'hold', 'say again', 'late'), client }) },
    { weight: 1, arbitrary: fc.record({ type: type('reopen'), client }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: type('serve'),
        host,
        wishes: fc.array(arbitraryWish, { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: type('cut'), client, host, lingers: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({ type: type('crash', 'restart', 'hold appends', 'let append', 'release appends'), host }),
    },
    { weight: 2, arbitrary: fc.record({ type: type('fail append'), host, was: type('written', 'not written') }) },
    {
      weight: 3,
      arbitrary: fc.record({ type: type('time'), milliseconds: fc.constantFrom(1, 20, 100, 1_000, 10_000) }),
    },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
)

interface Made {
  readonly number: number
  readonly command: Command
  settlement: Pick<Settlement, 'type'> | undefined
  readonly reports: SyncEvent['type'][]
  /** What it was made under, by its number. */
  readonly under: number | undefined
  /** Its document was closed before it was settled. */
  wasClosed?: boolean
}

interface Side {
  readonly line: FaultyLine
  readonly client: Client<Record<string, never>>
  readonly faults: string[]
  proxy: ConnectedProxy<object>
  /** What each of its proxies was asked for, the one that is open last. */
  made: Made[][]
  target: number
}

interface Server {
  readonly host: Host
  readonly history: ControlledHistory
  /** What server code asked for. */
  readonly made: Made[]
  held: Held | undefined
}

const stampOf = (command: Command): number => Number((command as { props?: { stamp?: number } }).props?.stamp ?? 0)

/** Rejects some, changes some, and counts over the whole document. */
const interceptor: Interceptor<object> = (document, command) => {
  const stamp = stampOf(command)
  if (stamp % 11 === 3) return { rejection: `Nobody likes ${stamp}.` }
  if (stamp % 13 === 5) throw new Error('Interceptors fail.')
  if (command.action === 'create' && Object.keys(document).length > 12) return { rejection: 'Enough.' }
  if (stamp % 5 === 2)
    return { newProps: { ...(command as { props: object }).props, size: Object.keys(document).length } }
  return undefined
}

const id = 'any/thing' as never

/** Hosts over one history, and clients that edit one document of it over lines that break. */
export class World {
  readonly time: ManualTime
  readonly memory = memoryHistory()
  readonly servers: Server[] = []
  readonly sides: Side[]
  /** Every host there ever was. */
  readonly #all: Server[] = []
  readonly #initial: object
  readonly #frozen: { readonly value: object; readonly text: string }[] = []
  readonly #flushCommands: number
  #stamps = 0
  /** How often a client may still get one of few names for what it makes, which makes them meet. */
  #common = 0

  constructor(initial: object, seed: number) {
    this.#initial = freezeDeep(initial)
    this.time = new ManualTime(seed)
    this.#flushCommands = this.time.random() < 0.5 ? 3 : 1_000
    for (let i = 0; i < hosts; i++) this.servers[i] = this.#serve()
    this.sides = Array.from({ length: clients }, (_, i) => this.#join(i))
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case 'edit':
        this.#edit(this.#side(step.client), step.wishes)
        break
      case 'family':
        this.#found(this.#side(step.client), step.children)
        break
      case 'to host':
        for (let i = 0; i < step.messages; i++) this.#side(step.client).line.link?.toHost()
        break
      case 'to client':
        for (let i = 0; i < step.messages; i++) this.#side(step.client).line.link?.toClient()
        break
      case 'flow':
        this.#side(step.client).line.flow()
        break
      case 'hold':
        this.#side(step.client).line.isFlowing = false
        break
      case 'say again':
        this.#sayAgain(this.#side(step.client).line)
        break
      case 'late':
        for (const link of this.#side(step.client).line.links) if (!link.isUp) link.toHost()
        break
      case 'reopen':
        this.#reopen(this.#side(step.client))
        break
      case 'serve':
        await this.#write(this.#server(step.host), step.wishes)
        break
      case 'cut':
        this.#cut(this.#side(step.client), step)
        break
      case 'crash':
      case 'restart':
        await this.#restart(step.host, step.type === 'restart')
        break
      case 'hold appends':
        this.#server(step.host).held ??= this.#server(step.host).history.holdAppends()
        break
      case 'let append':
        this.#server(step.host).held?.letOne()
        break
      case 'release appends':
        this.#release(this.#server(step.host))
        break
      case 'fail append':
        this.#server(step.host).history.failNextAppend(step.was)
        break
      case 'time':
        await this.time.pass(step.milliseconds)
    }
    await quiet()
  }

  /** Everything works again: whoever waits gets through. */
  async heal(): Promise<void> {
    for (const server of this.servers) this.#release(server)
    for (const { line } of this.sides) {
      line.lingers = false
      for (const link of line.links) if (!link.isUp) while (link.toHost());
      await quiet()
      for (const link of line.links) if (!link.isUp) link.drop()
      line.flow()
    }
    for (let i = 0; i < 300 && !this.#isSettled(); i++) await this.time.pass(1_000)
    await this.time.pass(100)
    for (const { proxy, made } of this.sides) {
      if (proxy.status.state !== 'live') continue
      for (const { settlement, command } of made.flat()) {
        if (!settlement) throw new Error(`${JSON.stringify(command)} was never settled.`)
      }
    }
    for (const entry of this.#all.flatMap(({ made }) => made)) {
      if (!entry.settlement) entry.reports.push('unknown')
      entry.settlement ??= { type: 'unknown' }
    }
  }

  /** Whether everything that must hold does. */
  async check(): Promise<void> {
    const batches = await this.#history()
    const completions = batches.flatMap((batch) => batch.completions)
    const text = replayText(this.#initial, completions)
    checkChain(batches, this.#initial)
    for (const { proxy, made, faults } of this.sides) {
      expect(proxy.status).toEqual({ state: 'live' })
      expect(proxy.getCommandCount()).toBe(completions.length)
      expect(JSON.stringify(proxy.getDocument())).toBe(text)
      expect(faults).toEqual([])
      for (const commands of made) checkMade(commands, completions)
    }
    for (const { made } of this.#all) checkMade(made, completions)
    for (const { host } of this.servers) {
      const master = await host.open(id)
      expect(JSON.stringify(master.getSnapshot().document)).toBe(text)
      master.close()
    }
    for (const { value, text: before } of this.#frozen) expect(JSON.stringify(value)).toBe(before)
  }

  async close(): Promise<void> {
    for (const server of this.servers) this.#release(server)
    for (const { client } of this.sides) client.close()
    for (const { host } of this.servers) {
      const closing = host.close()
      await this.time.pass(60_000)
      await closing
    }
    await this.memory.close()
  }

  #side(index: number): Side {
    return this.sides[index] as Side
  }

  #server(index: number): Server {
    return this.servers[index] as Server
  }

  #serve(): Server {
    const history = new ControlledHistory(this.memory)
    const host = createHost({
      documents: { any: kind<object>({ initial: this.#initial, interceptor }) },
      history,
      environment: this.time.environment,
      idleTime: 2_000,
      limits: { flushCommands: this.#flushCommands },
    })
    const server: Server = { host: host as unknown as Host, history, made: [], held: undefined }
    this.#all.push(server)
    return server
  }

  #join(index: number): Side {
    const line = new FaultyLine((outgoing) => this.#server(side.target).host.session()(outgoing))
    const environment = { ...this.time.environment, id: () => this.#name() }
    const client = createClient<Record<string, never>>({ transport: line.transport, environment })
    const proxy = client.open(
      id,
      index === 0 ? { initial: this.#initial as never } : {},
    ) as unknown as ConnectedProxy<object>
    const side: Side = { line, client, proxy, made: [], faults: [], target: index % hosts }
    this.#watch(side)
    return side
  }

  #name(): string {
    const { environment } = this.time
    return this.#common-- > 0 ? `n${Math.floor(environment.random() * 3)}` : environment.id()
  }

  #reopen(side: Side): void {
    side.proxy.close()
    for (const entry of side.made.at(-1) ?? []) if (!entry.settlement) entry.wasClosed = true
    side.proxy = side.client.open(id) as unknown as ConnectedProxy<object>
    this.#watch(side)
  }

  async #write({ host, made: all }: Server, wishes: readonly Wish[]): Promise<void> {
    const master = await Promise.race([host.open(id), quiet()])
    if (!master) return
    const made = wishes.map((wish) => this.#make(wish(master.getSnapshot().document)))
    all.push(...made)
    const { commandCount: from } = master.getSnapshot()
    void master
      .apply({ from, completions: made.map(({ command }) => ({ command })) })
      .then(({ applied, errors = [] }) => {
        for (const entry of made) {
          const isTaken = applied.completions.some(({ command }) => stampOf(command) === entry.number)
          entry.settlement = { type: isTaken ? 'confirmed' : 'rejected' }
          if (!isTaken && errors.length > 0) entry.reports.push('rejected')
        }
        if (applied.completions.length + errors.length !== made.length) throw new Error('Neither taken nor refused.')
      })
      .catch((error) => {
        if (error?.code !== 'unavailable' && error?.code !== 'closed') throw error
      })
      .finally(() => master.close())
  }

  #watch(side: Side): void {
    const { proxy, faults } = side
    const made: Made[] = []
    side.made.push(made)
    let confirmed = 0
    let isRegressed = false
    proxy.document$.subscribe((value) => {
      this.#frozen.push({ value: freezeDeep(value), text: JSON.stringify(value) })
    })
    proxy.sync$.subscribe((event) => {
      if (event.type === 'regressed') isRegressed = true
      if (event.type === 'synced') {
        if (event.commandCount < confirmed && !isRegressed)
          faults.push(`${confirmed} went back to ${event.commandCount}`)
        confirmed = event.commandCount
        isRegressed = false
      }
      if (event.type === 'rejected' || event.type === 'dropped' || event.type === 'unknown') {
        made.find(({ number }) => number === stampOf(event.command))?.reports.push(event.type)
      }
    })
  }

  #make(wanted: Command, under?: number): Made {
    const number = ++this.#stamps
    const command =
      wanted.action === 'delete' ? wanted : ({ ...wanted, props: { ...wanted.props, stamp: number } } as Command)
    return { number, command, settlement: undefined, reports: [], under }
  }

  #edit(side: Side, wishes: readonly Wish[]): void {
    for (const wish of wishes) this.#apply(side, wish)
  }

  /** Something is made, and more under it: where its id is taken, they follow it. */
  #found(side: Side, children: number): void {
    const result = this.#apply(side, () => ({ action: 'create' }))
    if (!result?.isSuccess) return
    const path = [result.createdId as string]
    const under = this.#stamps
    for (let i = 0; i < children; i++) this.#apply(side, () => ({ action: i % 2 ? 'update' : 'create', path }), under)
  }

  #apply({ proxy, made }: Side, wish: Wish, under?: number): Applied | undefined {
    if (!proxy.isLoaded) return undefined
    const entry = this.#make(wish(proxy.getDocument()), under)
    this.#common = 2
    const result = proxy.apply(entry.command)
    this.#common = 0
    if (result.isSuccess) {
      made.at(-1)?.push(entry)
      void result.settled.then((settlement) => {
        entry.settlement = settlement
      })
    }
    return result
  }

  #sayAgain({ heard, link }: FaultyLine): void {
    const flush = heard.findLast(({ type }) => type === 'flush')
    if (flush) link?.said.push(flush)
  }

  #cut(side: Side, { host, lingers }: Extract<Step, { type: 'cut' }>): void {
    side.target = host
    side.line.lingers = lingers
    if (lingers) side.line.link?.cut()
    else side.line.cut()
  }

  async #restart(index: number, isGraceful: boolean): Promise<void> {
    const server = this.#server(index)
    this.servers[index] = this.#serve()
    if (isGraceful) {
      this.#release(server)
      const closing = server.host.close()
      await this.time.pass(60_000)
      await closing
    } else {
      server.history.die()
      server.held?.release()
      for (const { line, target } of this.sides) if (target === index) line.cut()
      void server.host.close()
    }
  }

  #release(server: Server): void {
    server.held?.release()
    server.held = undefined
  }

  #isSettled(): boolean {
    return (
      this.sides.every(
        ({ proxy, made }) =>
          proxy.status.state === 'live' && made.flat().every(({ settlement }) => settlement !== undefined),
      ) && this.sides.every(({ proxy }) => proxy.getCommandCount() === this.sides[0]?.proxy.getCommandCount())
    )
  }

  #history(): Promise<Batch[]> {
    const read = this.memory.open(id).read({ count: 0, mark: initialMark(this.#initial) })
    return firstValueFrom(read.pipe(takeUntil(timer(0)), toArray()))
  }
}

function checkChain(batches: readonly Batch[], initial: object): void {
  let follows = initialMark(initial)
  let from = 0
  const seqs = new Map<string, number>()
  for (const batch of batches) {
    expect(batch.follows).toBe(follows)
    expect(batch.from).toBe(from)
    expect(batch.after).toBe(seqs.get(batch.client) ?? 0)
    expect(batch.last - batch.after).toBe(batch.completions.length + (batch.outcome.rejected?.length ?? 0))
    seqs.set(batch.client, batch.last)
    follows = batch.mark
    from += batch.completions.length
  }
}

/** Each command that was taken stands in the history once, in order; each that was not is not there, and was reported once. */
function checkMade(made: readonly Made[], completions: readonly CommandCompletion[]): void {
  const inHistory = completions.map(({ command }) => stampOf(command)).filter((stamp) => stamp > 0)
  const placeOf = (stamp: number) => completions.find(({ command }) => stampOf(command) === stamp)
  let last = -1
  for (const { number, command, settlement, reports, under, wasClosed } of made) {
    if (!settlement) continue
    if (command.action === 'delete') continue
    const times = inHistory.filter((stamp) => stamp === number).length
    const isTaken = settlement.type === 'confirmed' || settlement.type === 'rewritten'
    expect({ number, settlement, reports }).toEqual({
      number,
      settlement,
      reports: isTaken || wasClosed ? [] : [settlement.type],
    })
    if (settlement.type === 'unknown') expect(times).toBeLessThan(2)
    else expect({ number, settlement, times }).toEqual({ number, settlement, times: isTaken ? 1 : 0 })
    if (!isTaken) continue
    if (under !== undefined) expect(placeOf(number)?.command.path?.[0]).toBe(placeOf(under)?.createdId)
    const at = inHistory.indexOf(number)
    expect(at).toBeGreaterThan(last)
    last = at
  }
}
