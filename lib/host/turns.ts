import { firstValueFrom, race, timer } from 'rxjs'
import type { AppendResult, Batch, ClientRecord, History } from '../contracts/history.ts'
import { actionOf } from '../document/actions/index.ts'
import { root } from '../document/path.ts'
import type { Completed } from '../document/replay.ts'
import type { Context } from '../documents.ts'
import { MillraceError, messageOf } from '../errors.ts'
import type { CommandCompletion } from '../flushout.ts'
import { type Judged, judge, type Submission } from '../judge.ts'
import type { Limits } from '../protocol/limits.ts'
import { endOf, recordOf } from './batches.ts'
import { bytesOf, sizeOf } from './bytes.ts'
import { type Cut, cutBy } from './cut.ts'
import { DocumentSize } from './document-size.ts'
import { HistoryReplica, type Served } from './history-replica.ts'
import { Pace } from './pace.ts'
import { isPassing, whenToAskAgain } from './patience.ts'
import { recordKey } from './records.ts'
import type { Answer, Turn } from './turn.ts'
import { tooLarge, type Weighed, weigh } from './weigh.ts'

interface Waiting<C extends Context> extends Weighed {
  readonly turn: Turn<C>
  /** The seq that it follows, once that is known. */
  after: number | undefined
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/** A flush in the append that is under way; its commands are pending in the replica. */
interface Entry<C extends Context> {
  readonly waiting: Waiting<C>
  readonly batch: Batch
  readonly judged: Judged
}

type Known = ClientRecord | undefined
type Verdicts = Extract<AppendResult, { type: 'refused' }>['verdicts']

const commandsPerSnapshot = 1_000
// A snapshot costs what the document holds: one is due when what came since weighs a part of that.
const bytesPerCommand = 500

/**
 * The Master's side of one document. Flushes wait here, are judged in groups and appended; they are answered when they
 * come out of the history, so an append whose outcome is unknown needs no special case.
 */
export class Turns<T extends object = object, C extends Context = Context> extends HistoryReplica<T, C> {
  readonly #limits: Limits
  readonly #size: DocumentSize
  #queue: Waiting<C>[] = []
  #group: Entry<C>[] = []
  /** By their marks, those of an append that failed and may have happened, or may still happen. */
  readonly #doubtful = new Map<string, Entry<C>>()
  readonly #pace = new Pace()
  #running: Promise<void> | undefined

  /** Loads a document from its history, or begins with its kind's initial one. */
  static async open<T extends object, C extends Context>(served: Served<T, C>): Promise<Turns<T, C>> {
    const turns = new Turns(served, await served.history.load())
    turns.follow()
    return turns
  }

  private constructor(served: Served<T, C>, loaded: Awaited<ReturnType<History['load']>>) {
    super(served, loaded)
    this.#limits = { ...served.limits, ...served.kind.limits }
    this.#size = new DocumentSize(() => this.replica.tree.at(root))
  }

  /** Takes a flush; answers when the history has it, or when it is known that it will not. */
  submit(turn: Turn<C>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.failure || this.isClosing) return reject(this.failure ?? this.#closed())
      this.#queue.push({ turn, after: turn.after, ...weigh(turn.completions), resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Finishes what is under way, keeps a snapshot and stops. A history that does not answer in time is not waited for. */
  async close(): Promise<void> {
    this.isClosing = true
    const { environment, limits } = this.served
    const finish = async () => {
      await this.#running
      if (!this.failure && this.unsaved > 0) await this.save()
    }
    await firstValueFrom(race(finish(), timer(limits.answerTime, environment.scheduler)))
    this.fail(this.#closed())
  }

  async #run(): Promise<void> {
    let group: readonly Waiting<C>[] = []
    // What is submitted in the same turn goes together.
    await undefined
    try {
      while (group.length + this.#queue.length > 0) {
        group = group.concat(this.#queue)
        this.#queue = []
        group = await this.#turn(group)
        if (this.unsaved >= Math.max(commandsPerSnapshot, this.#size.bytes / bytesPerCommand)) await this.save()
        if (this.failure) throw this.failure
        await this.#pause(group.length > 0)
      }
    } catch (error) {
      this.fail(error)
      for (const { reject } of group) reject(error)
    } finally {
      this.#running = undefined
    }
  }

  /** One append. @returns the flushes that must go again */
  async #turn(group: readonly Waiting<C>[]): Promise<Waiting<C>[]> {
    const known = await this.untilAnswered(() => this.#recordsOf(group))
    // From here to the append nothing waits: what is judged is judged on the confirmed document.
    this.#takeOver(known, group)
    const again: Waiting<C>[] = []
    for (const waiting of group) if (!this.#judge(waiting, known)) again.push(waiting)
    if (this.#group.length === 0) return again
    const entries = [...this.#group]
    const retry = () => [...this.#undoGroup(entries), ...again]
    const position = this.position
    let result: AppendResult
    try {
      result = await this.served.history.append(
        position,
        entries.map(({ batch }) => batch),
        this.initial,
      )
    } catch (error) {
      if (!isPassing(error)) throw error
      for (const entry of entries) this.#doubtful.set(entry.batch.mark, entry)
      this.#undoGroup(entries)
      await this.#findOut(error)
      return retry()
    }
    switch (result.type) {
      case 'appended':
        await this.reached(endOf((entries[entries.length - 1] as Entry<C>).batch))
        // A history that went back before they were read has lost them.
        return entries.every(({ batch }) => this.hasMet(batch.mark)) ? again : retry()
      case 'not_at_head': {
        const waiting = retry()
        if (result.head) await this.reached(result.head)
        // Where nothing came first, the history has gone back.
        if (this.position.mark === position.mark) throw this.lost()
        this.#pace.lost(this.served.environment.now())
        return waiting
      }
      case 'refused':
        this.#undoGroup(entries)
        return [...this.#refused(entries, result.verdicts), ...again]
    }
  }

  /** Answers what only the head knows. @returns the flushes that must go again */
  #refused(entries: readonly Entry<C>[], verdicts: Verdicts): Waiting<C>[] {
    const met = new Set<string>()
    return entries.flatMap(({ waiting, batch: { client, by } }, i) => {
      const { verdict, record } = verdicts[i] as Verdicts[number]
      const key = recordKey(client, by)
      // Behind another of its client it was measured as if that had not been there; what is expired is, wherever it stands.
      const isFirst = !met.has(key)
      met.add(key)
      if (verdict === 'expired' || (isFirst && (verdict === 'gap' || verdict === 'conflict'))) {
        this.records.forget(client, by)
        if (waiting.turn.after !== undefined) {
          waiting.resolve({ type: verdict, record })
          return []
        }
        waiting.after = undefined
      } else if (isFirst) this.records.learn(client, by, record)
      return [waiting]
    })
  }

  async #recordsOf(group: readonly Waiting<C>[]): Promise<Map<string, Known>> {
    const known = new Map<string, Known>()
    for (const { turn } of group) {
      const { client, by, after = 0 } = turn
      const key = recordKey(client, by)
      if (known.has(key)) continue
      const record = this.records.get(client, by)
      // Only the head knows that something is missing.
      const isAtHand = record !== undefined && after <= (record?.seq ?? 0)
      known.set(key, isAtHand ? (record ?? undefined) : await this.lookUp(client, by))
    }
    return known
  }

  /** Others' batches may have come while the records were asked for. */
  #takeOver(known: Map<string, Known>, group: readonly Waiting<C>[]): void {
    for (const { turn } of group) {
      const now = this.records.get(turn.client, turn.by)
      if (now) known.set(recordKey(turn.client, turn.by), now)
    }
  }

  /** Judges a flush into the group, or answers it. @returns whether that is settled for this turn */
  #judge(waiting: Waiting<C>, known: Map<string, Known>): boolean {
    const { turn, hashes } = waiting
    const key = recordKey(turn.client, turn.by)
    const record = known.get(key)
    waiting.after ??= record?.seq ?? 0
    const cut: Cut = record ? cutBy(record, waiting.after, hashes) : { type: 'fits', skip: 0 }
    if (cut.type !== 'fits') {
      // Measured by a batch of this very group, which is not in the history yet.
      if (this.#group.some(({ batch }) => recordKey(batch.client, batch.by) === key)) return false
      waiting.resolve({ type: cut.type, record })
      return true
    }
    if (waiting.bytes > this.#limits.flushBytes) {
      waiting.reject(tooLarge(waiting.bytes, this.#limits.flushBytes))
      return true
    }
    const after = waiting.after + cut.skip
    const pending = this.replica.pending.length
    try {
      const judged = judge(this.replica, {
        completions: turn.completions.slice(cut.skip),
        after,
        interceptor: this.served.kind.interceptor,
        context: turn.context,
        bounds: this.#limits,
        refusal: this.#refusalOf(waiting),
        ...(record && { before: { completions: turn.completions.slice(0, cut.skip), outcome: record.outcome } }),
      })
      const batch = this.#batchOf(waiting, after, hashes.slice(cut.skip), judged)
      known.set(key, recordOf(batch))
      this.#group.push({ waiting, batch, judged })
    } catch (error) {
      // A caller in this process can hand in what throws when it is read: that fails its own flush alone.
      this.replica.retract(pending)
      waiting.reject(error)
    }
    return true
  }

  #batchOf({ turn, bytes }: Waiting<C>, after: number, hashes: readonly string[], judged: Judged): Batch {
    const previous = this.#group[this.#group.length - 1]
    const follows = previous ? endOf(previous.batch) : this.position
    return {
      mark: this.served.environment.id(),
      follows: follows.mark,
      from: follows.count,
      ...(turn.sentFrom && { sentFrom: turn.sentFrom }),
      completions: judged.taken as readonly CommandCompletion[],
      bytes: bytesTaken(judged, bytes),
      client: turn.client,
      by: turn.by,
      at: Math.trunc(this.served.environment.now()),
      after,
      last: after + hashes.length,
      outcome: judged.outcome,
      hashes,
    }
  }

  #refusalOf({ turn, bytes }: Waiting<C>): NonNullable<Submission<T, C>['refusal']> {
    const { refusal } = turn
    if (refusal) return () => refusal
    const { documentBytes } = this.#limits
    if (this.#size.hasRoom(bytes, documentBytes)) return () => undefined
    const full = `the document holds ${sizeOf(this.#size.bytes)}, this host takes ${sizeOf(documentBytes)} (limits.documentBytes)`
    const reason = `A flush of ${sizeOf(bytes)} does not fit: ${full}. Delete something first, or send less.`
    return (command) => ('props' in command || actionOf(command)?.creates ? { code: 'too_large', reason } : undefined)
  }

  /** An own batch is confirmed, another's came first. */
  protected override meet(batch: Batch): { readonly turn?: Turn<C>; readonly told?: () => void } {
    const own = this.#group[0]?.batch.mark === batch.mark ? this.#group.shift() : undefined
    const entry = own ?? this.#doubtful.get(batch.mark)
    // What was in doubt follows what is here, so once anything else does it will never come.
    if (!entry) this.#doubtful.clear()
    if (own) this.replica.confirm(own.judged.taken.length)
    else this.#integrate(batch)
    this.#size.grow(batch.bytes ?? bytesOf(JSON.stringify(batch.completions)))
    if (!entry) return {}
    const { judged, waiting } = entry
    return { turn: waiting.turn, told: () => waiting.resolve({ type: 'taken', judged, batch }) }
  }

  protected override ended(error: unknown): void {
    const waiting = [...this.#group.map((entry) => entry.waiting), ...this.#queue]
    this.#group = []
    this.#queue = []
    for (const { reject } of waiting) reject(error)
  }

  #integrate({ completions }: Batch): void {
    if (this.#group.length > 0) {
      // Their batch is in the history, so the append under way will be told that it lost.
      this.replica.retract(0)
      this.#group = []
    }
    this.replica.integrate({ completions: completions as readonly Completed[], leave: 0 })
  }

  /** Takes the commands of an append that did not happen back. @returns those whose flushes are still waiting */
  #undoGroup(entries: readonly Entry<C>[]): Waiting<C>[] {
    if (this.#group.length > 0) this.replica.retract(0)
    this.#group = []
    return entries.map(({ waiting }) => waiting)
  }

  /** An append failed, which says nothing: the history is asked until it tells where it stands. */
  async #findOut(error: unknown): Promise<void> {
    this.served.report({ type: 'append_unknown', document: this.id, reason: messageOf(error) })
    await firstValueFrom(whenToAskAgain(1, this.served.environment))
    await this.untilAnswered(() => this.catchUp())
  }

  /** Lets other hosts have their turns. */
  async #pause(hasLost: boolean): Promise<void> {
    const { now, random, scheduler } = this.served.environment
    const milliseconds = this.#pace.wait(now(), random(), hasLost)
    if (milliseconds > 0 && !this.isClosing) await firstValueFrom(timer(milliseconds, scheduler))
  }

  #closed(): MillraceError {
    return new MillraceError('closed', `'${this.id}' was closed.`)
  }
}

/** How many bytes of a flush of so many are taken; what was rewritten or renamed may be more than was sent. */
function bytesTaken({ taken, renamed, outcome }: Judged, sent: number): number {
  if (taken.length === 0) return 0
  return outcome.rewritten || renamed.length > 0 ? bytesOf(JSON.stringify(taken)) : sent
}
