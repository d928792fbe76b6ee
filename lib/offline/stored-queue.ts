import { interval, Subscription, timer } from 'rxjs'
import type { Kept, Notice, Queue, Source, Trouble } from '../client/keeping.ts'
import type { Position } from '../contracts/history.ts'
import type { Change, Storage } from '../contracts/storage.ts'
import type { Completed } from '../document/replay.ts'
import type { Environment } from '../environment.ts'
import { hasCode } from '../errors.ts'
import type { RefusedEvent } from '../events.ts'
import type { Pending } from '../replica/pending.ts'
import {
  asideOf,
  batchKey,
  confirmedKey,
  type Found,
  type Header,
  headerKey,
  notices,
  numberAfter,
  version,
} from './kept.ts'
import { keysOf, noStock, restock, type Stock, stocked, stockOf } from './stock.ts'

/** Where queues of a document are kept. */
export interface Place {
  readonly storage: Storage
  readonly document: string
  readonly environment: Environment
  /** How long a holder is believed to live without a write, in milliseconds. */
  readonly lease: number
}

/** A queue that was taken, or is to be begun. */
export interface Taken {
  readonly client: string
  readonly token: string
  /** The header as it is written, if it is, and how often it was. */
  readonly header: string | undefined
  readonly writes: number
  readonly release: (() => void) | undefined
  readonly found: Found | undefined
  readonly notices: readonly Notice[]
  readonly troubles: readonly Trouble[]
  /** Called when it is closed. */
  readonly left: () => void
}

/** What the storage holds. */
interface Held {
  /** Who sends it, as it is written. */
  readonly header: string | undefined
  /** What that says. */
  readonly until: number
  readonly pending: number
  readonly stock: Stock
  readonly batches: readonly string[]
  /** Characters in the batches, and in the document that they follow. */
  readonly batchSize: number
  readonly documentSize: number
}

/** One write: what it changes, and what is held once it is done. */
interface Write {
  readonly expected: readonly Change[]
  readonly changes: readonly Change[]
  readonly held: Held
  readonly news: number
  readonly waiters: readonly Waiter[]
  readonly isWhole: boolean
}

/** Somebody waits for the next write, or for one after which all is written. */
interface Waiter {
  readonly needsAll: boolean
  readonly tell: (isWritten: boolean) => void
}

type News =
  | { readonly type: 'confirmed'; readonly completions: readonly Completed[]; readonly position: Position }
  | { readonly type: 'replaced' }
  | { readonly type: 'change'; readonly change: Change }

const nothing: Held = {
  header: undefined,
  until: 0,
  pending: 0,
  stock: noStock,
  batches: [],
  batchSize: 0,
  documentSize: 0,
}
const firstRetry = 500
const lastRetry = 30_000
const leastCompacted = 65_536
const fewPending = 1_000

/** Keeps a queue in a storage: one write at a time, each with all that moved since the last. */
export class StoredQueue implements Queue {
  client: string
  readonly kept: Kept | undefined
  readonly notices: readonly Notice[]
  readonly troubles: readonly Trouble[]
  readonly #place: Place
  readonly #token: string
  readonly #chunks: Found['chunks']
  readonly #left: () => void
  readonly #life = new Subscription()
  #release: (() => void) | undefined
  #source: Source = nobody
  #held: Held
  /** Of an earlier client, to be deleted. */
  #former: readonly Change[] = []
  #formerHeader: Change | undefined
  #news: readonly News[] = []
  #waiters: readonly Waiter[] = []
  #isShuffled = false
  #isDirty = false
  #isClosing: 'kept' | 'done' | undefined
  #running: Promise<void> | undefined
  #closed: Promise<void> | undefined
  /** A write of which it is not known whether it was done. */
  #unsure: Write | undefined
  /** The storage is full, and holds nothing of this any more. */
  #isLetGo = false
  #writes: number
  #retries = 0
  #retry: Subscription | undefined

  constructor(place: Place, { client, token, header, writes, release, found, notices, troubles, left }: Taken) {
    this.client = client
    this.kept = found?.kept
    this.notices = notices
    this.troubles = troubles
    this.#place = place
    this.#token = token
    this.#release = release
    this.#writes = writes
    this.#chunks = found?.chunks ?? []
    this.#left = left
    this.#held = { ...nothing, header, batches: found?.batches ?? [] }
    if (header === undefined || !found?.kept) this.#news = [{ type: 'replaced' }]
  }

  follow(source: Source): void {
    this.#source = source
    this.#held = {
      ...this.#held,
      stock: stockOf(this.#chunks, this.kept?.pending ?? []),
    }
    const { lease, environment } = this.#place
    this.#life.add(
      interval(lease / 4, environment.scheduler).subscribe(() => {
        if (source.replica.pending.length > 0) this.moved(false)
      }),
    )
  }

  moved(isShuffled: boolean): void {
    this.#isShuffled ||= isShuffled
    this.#isDirty = true
    if (!this.#retry) this.#running ??= this.#run()
  }

  confirmed(completions: readonly Completed[], position: Position): void {
    this.#tell({ type: 'confirmed', completions, position })
  }

  replaced(): void {
    this.#tell({ type: 'replaced' })
  }

  setAside(lost: { readonly document: object; readonly position: Position }): void {
    this.#change(`${asideOf(this.client)}lost`, JSON.stringify(lost))
  }

  written(): Promise<boolean> {
    if (this.#isLetGo && !this.#running) return Promise.resolve(true)
    return new Promise((tell) => this.#wait({ needsAll: false, tell }))
  }

  keptOf(entry: Pending): Promise<void> {
    if (entry.isSettled || !(this.#isDirty || this.#running || this.#isLetGo)) return Promise.resolve()
    return new Promise((resolve) => {
      void entry.settled.then(() => resolve())
      this.#wait({ needsAll: true, tell: () => resolve() })
    })
  }

  note(outcome: RefusedEvent): string {
    const { now, id } = this.#place.environment
    const key = `${notices}${String(now()).padStart(16, '0')}-${id()}`
    this.#change(key, JSON.stringify(outcome))
    return key
  }

  dismiss(notice: string): void {
    this.#change(notice, undefined)
  }

  renew(client: string): void {
    const { header, stock, batches } = this.#held
    if (header !== undefined) {
      const gone = [confirmedKey(this.client), ...batches, ...keysOf(this.client, stock)]
      this.#former = gone.map((key) => ({ key, value: undefined }))
      this.#formerHeader = { key: headerKey(this.client), value: header }
    }
    this.#release?.()
    this.client = client
    this.#held = nothing
    void this.#take()
    this.#tell({ type: 'replaced' })
  }

  close(isDone = false): Promise<void> {
    this.#closed ??= this.#close(isDone)
    return this.#closed
  }

  async #close(isDone: boolean): Promise<void> {
    this.#isClosing = isDone ? 'done' : 'kept'
    this.#life.unsubscribe()
    this.#retry?.unsubscribe()
    this.#retry = undefined
    this.moved(true)
    await this.#running
    this.#release?.()
    this.#left()
  }

  async #take(): Promise<void> {
    const { storage, document } = this.#place
    const release = await storage.hold(nameOf(document, this.client)).catch(() => undefined)
    if (this.#isClosing) release?.()
    else this.#release = release
  }

  #tell(news: News): void {
    this.#news = [...this.#news, news]
    this.moved(false)
  }

  #change(key: string, value: string | undefined): void {
    this.#tell({ type: 'change', change: { key, value } })
  }

  #wait(waiter: Waiter): void {
    this.#waiters = [...this.#waiters, waiter]
    this.moved(false)
  }

  /** Writes until there is nothing to write, or a write fails. */
  async #run(): Promise<void> {
    // What one turn does is written together.
    await undefined
    while (this.#isDirty && !this.#retry) await this.#attempt()
    this.#running = undefined
  }

  async #attempt(): Promise<void> {
    const { storage, document } = this.#place
    let write: Write | undefined
    try {
      if (this.#unsure && (await this.#wasDone(this.#unsure))) return
      write = this.#compose()
      if (!this.#isNeeded(write)) return this.#answer(write.waiters, true)
      const isDone = await storage.write(document, write.expected, write.changes)
      if (isDone) this.#done(write)
      else this.#lose()
    } catch (error) {
      await this.#failed(error, write)
    }
  }

  /** Finds out about a write of which it was not known. */
  async #wasDone(write: Write): Promise<boolean> {
    const key = headerKey(this.client)
    const entries = await this.#place.storage.read(this.#place.document, key)
    this.#unsure = undefined
    const isDone = entries.find((entry) => entry.key === key)?.value === write.held.header
    if (isDone) this.#done(write)
    return isDone
  }

  #compose(): Write {
    const { replica, outbox } = this.#source
    this.#isDirty = false
    const restocking = restock(this.client, this.#held.stock, replica.pending, outbox.from, this.#isShuffled)
    this.#isShuffled = false
    const confirmed = this.#composeConfirmed()
    const key = headerKey(this.client)
    const isDone = this.#isClosing === 'done'
    const { until, pending: count, ...rest } = this.#header()
    const header = isDone ? undefined : JSON.stringify({ ...rest, until, pending: count })
    const all = [...this.#former, ...confirmed.changes, ...restocking.changes, ...changesOf(this.#news)]
    const gone = [confirmedKey(this.client), ...this.#held.batches, ...keysOf(this.client, this.#held.stock)]
    return {
      expected: [{ key, value: this.#held.header }, ...(this.#formerHeader ? [this.#formerHeader] : [])],
      changes: [
        { key, value: header },
        ...(this.#formerHeader ? [{ key: this.#formerHeader.key, value: undefined }] : []),
        ...(isDone ? [...changesOf(this.#news), ...gone.map((key) => ({ key, value: undefined }))] : all),
      ],
      held: { ...this.#held, ...confirmed.held, header, until, pending: count, stock: restocking.stock },
      news: this.#news.length,
      waiters: this.#waiters.filter(({ needsAll }) => restocking.isWhole || !needsAll),
      isWhole: isDone || restocking.isWhole,
    }
  }

  /** What says nothing new is written now and then, to say that somebody is here. */
  #isNeeded({ changes, held }: Write): boolean {
    if (changes.length > 1 || this.#isClosing) return held.header !== this.#held.header
    const { lease, environment } = this.#place
    const isLate = held.pending > 0 && this.#held.until - environment.now() < lease / 2
    return this.#held.header !== undefined && (isLate || held.pending > 0 !== this.#held.pending > 0)
  }

  #header(): Header {
    const { lease, environment } = this.#place
    const until = this.#isClosing ? 0 : environment.now() + lease
    const writes = ++this.#writes
    return { version, token: this.#token, until, pending: this.#source.replica.pending.length, writes }
  }

  /** The confirmed document anew, where it is another or too much has come on top of it; else what came on top. */
  #composeConfirmed(): { changes: readonly Change[]; held: Partial<Held> } {
    const { replica, standing } = this.#source
    const { position } = standing
    const { batches, batchSize, documentSize } = this.#held
    const isLong = batchSize > Math.max(leastCompacted, documentSize) && replica.pending.length < fewPending
    if (position && (isLong || this.#news.some(({ type }) => type === 'replaced'))) {
      const text = JSON.stringify({ position, document: replica.exposeConfirmed() })
      const changes = [
        { key: confirmedKey(this.client), value: text },
        ...batches.map((key) => ({ key, value: undefined })),
      ]
      return { changes, held: { batches: [], batchSize: 0, documentSize: text.length } }
    }
    const confirmed = this.#news.filter((news) => news.type === 'confirmed')
    const last = confirmed.at(-1)
    if (!last) return { changes: [], held: {} }
    const value = JSON.stringify({
      position: last.position,
      completions: confirmed.flatMap(({ completions }) => completions.map(completionOf)),
    })
    const key = batchKey(this.client, numberAfter(batches))
    return { changes: [{ key, value }], held: { batches: [...batches, key], batchSize: batchSize + value.length } }
  }

  #done({ held, news, waiters, isWhole }: Write): void {
    this.#held = held
    this.#news = this.#news.slice(news)
    this.#former = []
    this.#formerHeader = undefined
    this.#isLetGo = false
    this.#retries = 0
    if (!isWhole) this.#isDirty = true
    this.#answer(waiters, true)
  }

  #answer(waiters: readonly Waiter[], isWritten: boolean): void {
    this.#waiters = this.#waiters.filter((waiter) => !waiters.includes(waiter))
    for (const { tell } of waiters) tell(isWritten)
  }

  /** Another has taken it over. */
  #lose(): void {
    const commands = stocked(this.#held.stock)
    this.#held = nothing
    this.#former = []
    this.#formerHeader = undefined
    this.#answer(
      this.#waiters.filter(({ needsAll }) => !needsAll),
      false,
    )
    if (this.#isClosing) return
    this.#source.lost(commands)
  }

  async #failed(error: unknown, write: Write | undefined): Promise<void> {
    const { environment } = this.#place
    const code = hasCode(error) ? error.code : 'storage_failed'
    const reason = error instanceof Error ? error.message : String(error)
    if (code === 'storage_unknown') this.#unsure ??= write
    this.#isDirty = true
    this.#isShuffled = true
    if (this.#retries === 0) this.#source.failed({ code, reason })
    if (code === 'storage_full') await this.#letGo()
    if (this.#isClosing) {
      this.#isDirty = false
      return
    }
    const delay = environment.random() * Math.min(lastRetry, firstRetry * 2 ** this.#retries++)
    this.#retry = timer(delay, environment.scheduler).subscribe(() => {
      this.#retry = undefined
      this.moved(true)
    })
  }

  /**
   * What is kept must not contradict what is sent, and it can no longer follow: rather nothing is kept, so that all of it
   * can be sent.
   */
  async #letGo(): Promise<void> {
    const { storage, document } = this.#place
    const { header, batches, stock } = this.#held
    const key = headerKey(this.client)
    if (header !== undefined) {
      const gone = [key, confirmedKey(this.client), ...batches, ...keysOf(this.client, stock)]
      const changes = gone.map((key) => ({ key, value: undefined }))
      const isDone = await storage.write(document, [{ key, value: header }], changes).catch(() => undefined)
      if (isDone === undefined) return
      if (!isDone) return this.#lose()
    }
    this.#held = nothing
    this.#news = [...this.#news, { type: 'replaced' }]
    this.#isLetGo = true
    this.#answer(
      this.#waiters.filter(({ needsAll }) => !needsAll),
      true,
    )
  }
}

/** The name that the holder of a queue holds. */
export const nameOf = (document: string, client: string): string => `${document}/${client}`

const changesOf = (news: readonly News[]): Change[] =>
  news.flatMap((item) => (item.type === 'change' ? [item.change] : []))

const completionOf = ({ command, createdId }: Completed): Completed =>
  createdId === undefined ? { command } : { command, createdId }

const nobody: Source = {
  replica: { pending: [], exposeConfirmed: () => ({}) },
  standing: { position: undefined },
  outbox: { from: undefined },
  failed: () => undefined,
  lost: () => undefined,
}
