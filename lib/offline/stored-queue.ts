import { interval, Subscription, timer } from 'rxjs'
import { backOff } from '../client/back-off.ts'
import type { Position } from '../contracts/history.ts'
import type { Storage } from '../contracts/storage.ts'
import type { Completed } from '../document/replay.ts'
import type { Environment } from '../environment.ts'
import { hasCode, messageOf } from '../errors.ts'
import type { RefusedEvent } from '../events.ts'
import type { Pending } from '../replica/pending.ts'
import { asideOf, type Found, headerKey, notices, version } from './kept.ts'
import { Names } from './names.ts'
import type { Kept, Notice, Queue, Source, Trouble } from './queue.ts'
import { stocked, stockOf } from './stock.ts'
import { type Held, type Holder, type News, nothingOf, removal, together, update, type Write } from './write.ts'

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
  /** The last number that was given to a command, as far as that was written. */
  readonly seq: number
  readonly release: (() => void) | undefined
  readonly found: Found | undefined
  readonly notices: readonly Notice[]
  readonly troubles: readonly Trouble[]
  /** Called when it is closed. */
  readonly left: () => void
}

/** A write on its way, and who waits for it. */
interface UnderWay extends Write {
  readonly news: ReadonlySet<News>
  readonly waiters: readonly Waiter[]
}

/** Somebody waits for the next write, or for one after which all is written. */
interface Waiter {
  readonly needsAll: boolean
  readonly tell: (isWritten: boolean) => void
}

/** Keeps a queue in a storage: one write at a time, each with all that moved since the last. */
export class StoredQueue implements Queue {
  readonly kept: Kept | undefined
  readonly seq: number
  readonly notices: readonly Notice[]
  readonly troubles: readonly Trouble[]
  readonly #place: Place
  readonly #token: string
  readonly #left: () => void
  readonly #life = new Subscription()
  readonly #holds: Names
  #source: Source
  /** Under which it is held after the next write. */
  #name: string
  #held: Held
  /** What is held of an earlier client, and is to be deleted. */
  #former: Held | undefined
  #news: readonly News[] = []
  #waiters: readonly Waiter[] = []
  #isShuffled = false
  #isDirty = false
  /** Whether the next write happens even where nothing is new. */
  #mustWrite = false
  #isClosing: 'kept' | 'done' | undefined
  #running: Promise<void> | undefined
  #closed: Promise<void> | undefined
  /** A write of which it is not known whether it was done. */
  #unsure: UnderWay | undefined
  /** The storage is full: what it holds of this, if anything, is no longer what is sent. */
  #isLetGo = false
  #writes: number
  #retries = 0
  #retry: Subscription | undefined

  constructor(place: Place, { client, token, header, writes, seq, release, found, notices, troubles, left }: Taken) {
    this.kept = found?.kept
    this.seq = seq
    this.notices = notices
    this.troubles = troubles
    this.#place = place
    this.#token = token
    this.#holds = new Names(place.storage, place.document)
    this.#holds.add(client, release)
    this.#writes = writes
    this.#left = left
    this.#name = client
    const { pending, sentFrom: from } = found?.kept ?? { pending: [], sentFrom: undefined }
    this.#held = {
      ...nothingOf(client),
      header,
      batches: found?.batches ?? [],
      stock: stockOf(found?.chunks ?? [], pending),
    }
    // It may be closed before anybody goes on with it: then all stays as it was found.
    this.#source = { ...nobody, replica: { ...nobody.replica, pending: [...pending] }, outbox: { from, lastSeq: seq } }
    if (header === undefined || !found?.kept) this.#news = [{ type: 'replaced' }]
  }

  get client(): string {
    return this.#name
  }

  /** Every name that it has in the storage. */
  get names(): readonly string[] {
    return [this.#name, this.#held.client, ...(this.#former ? [this.#former.client] : [])]
  }

  follow(source: Source): void {
    this.#source = source
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

  written(isCertain: boolean): Promise<boolean> {
    this.#mustWrite ||= isCertain
    if (this.#isLetGo && !this.#running) return Promise.resolve(true)
    return new Promise((tell) => this.#wait({ needsAll: false, tell }))
  }

  keptOf(entry: Pending): Promise<void> {
    // That nothing has moved says nothing: whoever moves within a batch tells so when it is over.
    if (entry.isSettled || (this.#isClosing && !this.#running)) return Promise.resolve()
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
    this.#name = client
    void this.#holds.take(client)
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
    this.#holds.close()
    this.#left()
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
    let write: UnderWay | undefined
    try {
      if (this.#unsure && (await this.#wasDone(this.#unsure))) return
      write = this.#next()
      if (!this.#isNeeded(write)) return this.#answer(write.waiters, true)
      if (await storage.write(document, write.expected, write.changes)) this.#done(write)
      else this.#lose()
    } catch (error) {
      await this.#failed(error, write)
    }
  }

  /** Finds out about a write of which it was not known. */
  async #wasDone(write: UnderWay): Promise<boolean> {
    const key = headerKey(write.held.client)
    const entries = await this.#place.storage.read(this.#place.document, key)
    this.#unsure = undefined
    const isDone = entries.find((entry) => entry.key === key)?.value === write.held.header
    if (isDone) this.#done(write)
    return isDone
  }

  #next(): UnderWay {
    this.#move()
    const [held, news, isShuffled] = [this.#held, this.#news, this.#isShuffled]
    this.#isDirty = false
    this.#isShuffled = false
    const isDone = this.#isClosing === 'done'
    const own = isDone ? removal(held, news) : update(held, this.#holder(), this.#source, news, isShuffled)
    const write = this.#former ? together(removal(this.#former), own) : own
    const waiters = this.#waiters.filter(({ needsAll }) => write.isWhole || !needsAll)
    return { ...write, news: new Set(news), waiters }
  }

  /** Begins to be held under another name, if it has one; what it is held under goes with the same write. */
  #move(): void {
    if (this.#held.client === this.#name) return
    if (this.#held.header !== undefined) this.#former = this.#held
    this.#held = nothingOf(this.#name)
  }

  /** What says nothing new is written now and then, to say that somebody is here. */
  #isNeeded({ changes, held }: Write): boolean {
    if (changes.length > 1 || this.#mustWrite) return true
    if (this.#isClosing) return this.#held.header !== undefined
    const { lease, environment } = this.#place
    const isLate = held.pending > 0 && this.#held.until - environment.now() < lease / 2
    return this.#held.header !== undefined && (isLate || held.pending > 0 !== this.#held.pending > 0)
  }

  #holder(): Holder {
    const { lease, environment } = this.#place
    const until = this.#isClosing ? 0 : environment.now() + lease
    return { version, token: this.#token, until, writes: ++this.#writes }
  }

  #done({ held, news, waiters, isWhole }: UnderWay): void {
    this.#held = held
    this.#news = this.#news.filter((item) => !news.has(item))
    this.#former = undefined
    this.#holds.keep(this.names)
    this.#isLetGo = false
    this.#mustWrite = false
    this.#retries = 0
    if (!isWhole) this.#isDirty = true
    this.#answer(waiters, true)
  }

  #answer(waiters: readonly Waiter[], isWritten: boolean): void {
    this.#waiters = this.#waiters.filter((waiter) => !waiters.includes(waiter))
    for (const { tell } of waiters) tell(isWritten)
  }

  /** Tells those who wait for the next write. */
  #answerNext(isWritten: boolean): void {
    const waiters = this.#waiters.filter(({ needsAll }) => !needsAll)
    this.#answer(waiters, isWritten)
  }

  /** Another has taken it over. */
  #lose(): void {
    const commands = stocked((this.#former ?? this.#held).stock)
    this.#held = nothingOf(this.client)
    this.#former = undefined
    this.#answerNext(false)
    if (this.#isClosing) return
    this.#source.lost(commands)
  }

  async #failed(error: unknown, write: UnderWay | undefined): Promise<void> {
    const { environment } = this.#place
    const code = hasCode(error) ? error.code : 'storage_failed'
    const reason = messageOf(error)
    if (code === 'storage_unknown') this.#unsure ??= write
    this.#isDirty = true
    this.#isShuffled = true
    // However long it fails, no more is remembered than what stands now.
    this.#news = [...this.#news.filter(({ type }) => type === 'change'), { type: 'replaced' }]
    if (this.#retries === 0 || code === 'storage_damaged') this.#source.failed({ code, reason })
    if (code === 'storage_full' && !this.#unsure) await this.#letGo()
    if (this.#isClosing) {
      this.#isDirty = false
      return
    }
    this.#retry = timer(backOff(environment, ++this.#retries), environment.scheduler).subscribe(() => {
      this.#retry = undefined
      this.moved(true)
    })
  }

  /**
   * What is kept must not contradict what is sent, and it can no longer follow: rather nothing is kept, so that all of it
   * can be sent. Where there is no room to say even that, it is sent all the same: whoever finds what is kept finds out
   * from the host that it is old.
   */
  async #letGo(): Promise<void> {
    const { storage, document } = this.#place
    let hasRoom = true
    const stale = this.#former ?? this.#held
    if (stale.header !== undefined) {
      const { expected, changes } = removal(stale)
      try {
        if (!(await storage.write(document, expected, changes))) return this.#lose()
      } catch (error) {
        if (!hasCode(error, 'storage_full')) return
        hasRoom = false
      }
    }
    if (hasRoom) {
      this.#held = nothingOf(this.client)
      this.#former = undefined
    }
    this.#isLetGo = true
    this.#answerNext(true)
  }
}

const nobody: Source = {
  replica: { pending: [], exposeConfirmed: () => ({}) },
  standing: { position: undefined },
  outbox: { from: undefined, lastSeq: 0 },
  failed: () => undefined,
  lost: () => undefined,
}
