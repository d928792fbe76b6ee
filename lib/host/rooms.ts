import { defer, retry, Subscription, throwError, timer } from 'rxjs'
import type { HistoryAdapter } from '../contracts/history.ts'
import type { Context, DocumentKind } from '../documents.ts'
import type { Environment } from '../environment.ts'
import { hasCode, MillraceError } from '../errors.ts'
import type { Limits } from '../protocol/limits.ts'
import type { HostEvent } from './host-event.ts'
import { type Copy, type OnLostHistory, restoreCopy } from './lost-history.ts'
import { isPassing, whenToAskAgain } from './patience.ts'
import { Turns } from './turns.ts'

interface Building {
  readonly history: HistoryAdapter
  readonly environment: Environment
  readonly limits: Limits
  /** Milliseconds that a room stays open when nobody is in it. */
  readonly idleTime: number
  readonly onLostHistory: OnLostHistory
  readonly report: (event: HostEvent) => void
}

interface Room<C extends Context> {
  readonly turns: Promise<Turns<object, C>>
  /** The name under which this host writes to it. */
  readonly client: string
  holders: number
  idle: Subscription | undefined
}

/** Somebody in a room, until `release`. */
export interface Entered<C extends Context> {
  readonly turns: Turns<object, C>
  readonly client: string
  readonly release: () => void
}

/** How many documents that nobody holds stay open at most, whatever the time. */
const mostIdle = 1_000

/** The documents of a host: opened when somebody comes, closed when nobody has been there for a while. */
export class Rooms<C extends Context> {
  readonly #building: Building
  readonly #rooms = new Map<string, Room<C>>()
  /** Those that nobody holds, the one that waits longest first, and what closes them. */
  readonly #idle = new Map<Room<C>, () => void>()
  readonly #closing = new Set<Promise<void>>()
  /** What was last held of documents whose histories are lost: they stay shut until somebody decides. */
  readonly #lost = new Map<string, Copy>()
  readonly #restoring = new Subscription()
  readonly #client: string
  #isClosed = false

  constructor(building: Building) {
    this.#building = building
    this.#client = `host-${building.environment.id()}`
  }

  get size(): number {
    return this.#rooms.size
  }

  async enter(id: string, kind: DocumentKind<object, C>): Promise<Entered<C>> {
    if (this.#isClosed) throw new MillraceError('unavailable', 'The host is closing.')
    if (this.#lost.has(id)) throw new MillraceError('unavailable', `The history of '${id}' was lost.`)
    const room = this.#rooms.get(id) ?? this.#open(id, kind)
    room.holders++
    room.idle?.unsubscribe()
    let isHeld = true
    const release = () => {
      if (!isHeld) return
      isHeld = false
      room.holders--
      if (room.holders === 0) this.#waitIdle(id, room)
    }
    try {
      return { turns: await room.turns, client: room.client, release }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Serves a document again whose history was lost. Rejects, and leaves it shut, where that cannot be. */
  async recover(id: string, how: Exclude<OnLostHistory, 'stop'>): Promise<void> {
    const copy = this.#lost.get(id)
    if (!copy) throw new MillraceError('not_open', `The history of '${id}' is not lost.`)
    if (how === 'restore_copy') await restoreCopy(id, this.#building.history.open(id), copy)
    if (!this.#lost.delete(id)) return
    const { position } = copy
    this.#building.report({ type: 'history_recovered', document: id, how, position })
  }

  /** Finishes what is under way in all of them, and keeps snapshots. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#restoring.unsubscribe()
    const rooms = [...this.#rooms.values()]
    for (const { idle } of rooms) idle?.unsubscribe()
    await Promise.allSettled([...this.#closing, ...rooms.map(async ({ turns }) => (await turns).close())])
    this.#lost.clear()
  }

  #open(id: string, kind: DocumentKind<object, C>): Room<C> {
    const { environment, limits, report } = this.#building
    const history = this.#building.history.open(id)
    const room: Room<C> = {
      turns: Turns.open({ id, kind, history, environment, limits, report }),
      client: `${this.#client}-${environment.id()}`,
      holders: 0,
      idle: undefined,
    }
    this.#rooms.set(id, room)
    room.turns.then(
      (turns) => {
        report({ type: 'document_opened', document: id })
        turns.published$.subscribe({
          error: (error) => {
            if (hasCode(error, 'regressed')) this.#lose(id, turns.copy, error)
            this.#ended(id, room, error)
          },
        })
      },
      (error) => this.#ended(id, room, error),
    )
    return room
  }

  #ended(id: string, room: Room<C>, error: unknown): void {
    room.idle?.unsubscribe()
    if (this.#rooms.get(id) === room) this.#rooms.delete(id)
    const isExpected = hasCode(error, 'closed') || hasCode(error, 'regressed')
    if (!isExpected) this.#building.report({ type: 'failed', error })
    this.#building.report({ type: 'document_closed', document: id })
  }

  /** Shuts a document before anybody hears of it, and does what was said about such a loss. */
  #lose(id: string, copy: Copy, { message: reason }: Error): void {
    const { onLostHistory: action, report } = this.#building
    const { position } = copy
    this.#lost.set(id, copy)
    report({ type: 'history_lost', document: id, reason, position, action })
    if (action === 'begin_anew') void this.recover(id, action)
    if (action === 'restore_copy') this.#restore(id, copy)
  }

  #restore(id: string, { position }: Copy): void {
    const { environment, report } = this.#building
    const delay = (error: unknown, failures: number) =>
      isPassing(error) ? whenToAskAgain(failures, environment) : throwError(() => error)
    this.#restoring.add(
      defer(() => this.recover(id, 'restore_copy'))
        .pipe(retry({ delay }))
        .subscribe({
          error: ({ message: reason }: Error) =>
            report({ type: 'history_lost', document: id, reason, position, action: 'stop' }),
        }),
    )
  }

  #waitIdle(id: string, room: Room<C>): void {
    if (this.#rooms.get(id) !== room || this.#isClosed) return
    const close = () => {
      room.idle?.unsubscribe()
      this.#rooms.delete(id)
      const closing = room.turns.then((turns) => turns.close()).finally(() => this.#closing.delete(closing))
      this.#closing.add(closing)
    }
    this.#idle.set(room, close)
    room.idle = new Subscription(() => this.#idle.delete(room))
    room.idle.add(timer(this.#building.idleTime, this.#building.environment.scheduler).subscribe(close))
    if (this.#idle.size > mostIdle) this.#idle.values().next().value?.()
  }
}
