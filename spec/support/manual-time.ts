import { Subject, VirtualTimeScheduler } from 'rxjs'
import { type Environment, realEnvironment } from '../../lib/environment.ts'

/** Time and chance in the hands of a spec: timers run when it says so, the same seed gives the same numbers. */
export class ManualTime {
  readonly scheduler = new VirtualTimeScheduler()
  readonly hurry = new Subject<void>()
  readonly environment: Environment
  #state: number

  constructor(seed = 1) {
    this.#state = seed
    this.environment = {
      now: () => this.scheduler.frame,
      scheduler: this.scheduler,
      random: () => this.random(),
      id: realEnvironment.id,
      hurry$: this.hurry,
    }
  }

  /** How many timers wait. */
  get timers(): number {
    return this.scheduler.actions.length
  }

  /** Milliseconds until the first timer that waits. */
  get untilNext(): number | undefined {
    const [first] = this.scheduler.actions
    return first && first.delay - this.scheduler.frame
  }

  /** Lets so many milliseconds pass, with everything that they cause. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.scheduler.frame + milliseconds
    await quiet()
    for (let next = this.untilNext; next !== undefined && this.scheduler.frame + next <= end; next = this.untilNext) {
      this.#runUntil(this.scheduler.frame + next)
      await quiet()
    }
    this.#runUntil(end)
    await quiet()
  }

  #runUntil(end: number): void {
    this.scheduler.maxFrames = end
    this.scheduler.flush()
    this.scheduler.frame = end
  }

  // mulberry32
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Resolves when everything that needs no time has happened: promises and what they cause, however long the chain. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
