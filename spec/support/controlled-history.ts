import { concat, concatMap, NEVER, type Observable, Subject, takeUntil } from 'rxjs'
import type { AppendResult, Batch, History, HistoryAdapter, Position } from '../../lib/contracts/history.ts'

type Doing<R> = () => Promise<R>
type Around<R> = (run: Doing<R>, document: string) => Promise<R>

/**
 * One host's way to histories that several may share: what it asks for can be held back, made to fail, or be lost when
 * its process dies. Closing it leaves the histories open.
 */
export class ControlledHistory implements HistoryAdapter {
  /** What happens around each call; by default nothing. */
  append: Around<AppendResult> = (run) => run()
  record: Around<Awaited<ReturnType<History['record']>>> = (run) => run()
  load: Around<Awaited<ReturnType<History['load']>>> = (run) => run()
  save: Around<Awaited<ReturnType<History['save']>>> = (run) => run()
  /** Holds back what is read, so that its host falls behind. */
  reads: Held | undefined
  /** Every append that was asked for. */
  readonly appends: { readonly document: string; readonly position: Position; readonly batches: readonly Batch[] }[] =
    []
  isClosed = false
  readonly #inner: HistoryAdapter
  readonly #death = new Subject<void>()
  #isDead = false

  constructor(inner: HistoryAdapter) {
    this.#inner = inner
  }

  open(id: string): History {
    const history = this.#inner.open(id)
    return {
      load: () => this.#alive(() => this.load(() => history.load(), id)),
      append: (position, batches, initial) => {
        this.appends.push({ document: id, position, batches })
        return this.#alive(() => this.append(() => history.append(position, batches, initial), id))
      },
      record: (client, by) => this.#alive(() => this.record(() => history.record(client, by), id)),
      save: (position, document, retention) =>
        this.#alive(() => this.save(() => history.save(position, document, retention), id)),
      read: (position) =>
        history.read(position).pipe(
          untilDeath(this.#death),
          concatMap((batch) => (this.reads ? this.reads.wait().then(() => batch) : [batch])),
        ),
    }
  }

  channel(name: string): ReturnType<HistoryAdapter['channel']> {
    return this.#inner.channel(name)
  }

  async close(): Promise<void> {
    this.isClosed = true
  }

  /** The process dies: nothing is answered any more. What was on its way may still arrive at the history. */
  die(): void {
    this.#isDead = true
    this.#death.next()
  }

  /** Holds appends back until they are let go. */
  holdAppends(): Held {
    const held = new Held()
    const before = this.append
    this.append = (run, id) => held.wait().then(() => before(run, id))
    void held.ended.then(() => {
      this.append = before
    })
    return held
  }

  /** The next append fails, with its outcome unknown: it was written, or it was not. */
  failNextAppend(was: 'written' | 'not written'): void {
    const before = this.append
    this.append = async (run, id) => {
      this.append = before
      if (was === 'written') await before(run, id)
      throw new Error('The store did not answer.')
    }
  }

  async #alive<R>(run: Doing<R>): Promise<R> {
    const never = new Promise<never>(() => undefined)
    if (this.#isDead) return never
    const result = await run().catch((error) => (this.#isDead ? never : Promise.reject(error)))
    return this.#isDead ? never : result
  }
}

const untilDeath =
  (death: Observable<void>) =>
  <V>(source: Observable<V>): Observable<V> =>
    concat(source.pipe(takeUntil(death)), NEVER)

/** Something that waits for a spec. */
export class Held {
  readonly ended: Promise<void>
  #end: () => void = () => undefined
  readonly #arrived = new Subject<void>()
  #waiting: (() => void)[] = []
  #isOpen = false

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.length
  }

  wait(): Promise<void> {
    if (this.#isOpen) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#arrived.next()
    })
  }

  /** Resolves when somebody waits. */
  async begun(): Promise<void> {
    if (this.count > 0) return
    await new Promise<void>((resolve) => {
      const subscription = this.#arrived.subscribe(() => {
        subscription.unsubscribe()
        resolve()
      })
    })
  }

  /** Lets the first one go. */
  letOne(): void {
    this.#waiting.shift()?.()
  }

  /** Lets everybody go, now and from now on. */
  release(): void {
    this.#isOpen = true
    this.#end()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
