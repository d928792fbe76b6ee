import { type SchedulerAction, type SchedulerLike, Subject, Subscription } from 'rxjs'
import type { Environment } from '../../environment.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** 2026, in the middle of the year. */
const epoch = 1_782_000_000_000

/** One process: it has a clock and chance of its own, it may sleep, and it may die. */
export class Actor {
  readonly name: string
  readonly environment: Environment
  /** What its wall clock is ahead of true time. */
  skew = 0
  /** Ids that are given first. */
  readonly ids: string[] = []
  readonly #timeline: Timeline
  readonly #hurry = new Subject<void>()
  #missed: (() => void)[] | undefined
  #isDead = false

  constructor(name: string, timeline: Timeline, random: Random) {
    this.name = name
    this.#timeline = timeline
    const now = () => epoch + timeline.now + this.skew
    this.environment = {
      now,
      scheduler: { now, schedule: this.#schedule },
      random: random.next,
      id: () => this.ids.shift() ?? random.id(),
      hurry$: this.#hurry,
    }
  }

  /** Who it speaks for, as whatever runs in its place will. */
  get subject(): string {
    return this.name.slice(0, this.name.indexOf('.'))
  }

  get isDead(): boolean {
    return this.#isDead
  }

  get isAsleep(): boolean {
    return this.#missed !== undefined
  }

  /** Lets something happen to it: now, when it wakes up, or never. */
  run(work: () => void): void {
    if (this.#isDead) return
    if (this.#missed) this.#missed.push(work)
    else work()
  }

  after(delay: number, work: () => void): () => void {
    return this.#timeline.after(delay, () => this.run(work))
  }

  sleep(): void {
    this.#missed ??= []
  }

  /** What it missed happens in order, each in a moment of its own. */
  wake(): void {
    const missed = this.#missed
    this.#missed = undefined
    for (const work of missed ?? []) this.after(0, work)
    if (missed) this.after(0, () => this.#hurry.next())
  }

  die(): void {
    this.#isDead = true
  }

  readonly #schedule: SchedulerLike['schedule'] = <T>(
    work: (this: SchedulerAction<T>, state: T) => void,
    delay = 0,
    state?: T,
  ): Subscription => {
    let forget: () => void = () => undefined
    const action = Object.assign(new Subscription(() => forget()), {
      schedule: (next?: T, wait = 0): Subscription => {
        forget = this.after(wait, () => work.call(action, next as T))
        return action
      },
    }) as SchedulerAction<T>
    return action.schedule(state, delay)
  }
}
