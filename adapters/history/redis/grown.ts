import {
  defer,
  filter,
  finalize,
  interval,
  map,
  merge,
  type Observable,
  type SchedulerLike,
  Subject,
  type Subscription,
  share,
} from 'rxjs'
import type { Heard } from './heard.ts'
import type { Keys } from './keys.ts'
import type { Line } from './line.ts'
import type { Settling } from './settling.ts'
import { type Notice, noticeIn, spotIn } from './texts.ts'

/** Up to which number a history has grown, and by what where that is at hand; `undefined` where somebody should look. */
export type Wake = Notice | undefined

interface Watched {
  readonly keys: Keys
  readonly told: Subject<Wake>
  /** The number that was told here last. */
  last: number
  readonly wakes$: Observable<Wake>
}

const mostAtATime = 1_000

/**
 * Says when histories have grown. Notices may be lost with nobody being told, so the server is asked now and then where
 * the histories stand: all that are watched in one go, and a thousand of them at most. One that holds what is not durable
 * is settled.
 */
export class Grown {
  readonly #line: Line
  readonly #heard: Heard
  readonly #settling: Settling
  readonly #watched = new Map<string, Watched>()
  readonly #looking: Subscription

  constructor(line: Line, heard: Heard, settling: Settling, lookAfter: number, scheduler: SchedulerLike) {
    this.#line = line
    this.#heard = heard
    this.#settling = settling
    this.#looking = interval(lookAfter, scheduler).subscribe(() => this.#look())
  }

  /** When one history has grown, from now on. */
  of(keys: Keys): Observable<Wake> {
    return defer(() => {
      const watched = this.#watched.get(keys.channel) ?? this.#watch(keys)
      return watched.wakes$
    })
  }

  /** Says what was appended here before the server does. */
  tell({ channel }: Keys, notice: Notice): void {
    const watched = this.#watched.get(channel)
    if (!watched) return
    watched.last = notice.number
    watched.told.next(notice)
  }

  close(): void {
    this.#looking.unsubscribe()
  }

  #watch(keys: Keys): Watched {
    const { channel } = keys
    const told = new Subject<Wake>()
    const heard$ = this.#heard.of(channel).pipe(
      map((text) => (text === undefined ? undefined : noticeIn(text))),
      // What is told here is told by the server once more.
      filter((wake) => wake?.number !== watched.last),
    )
    const wakes$ = merge(told, heard$).pipe(
      finalize(() => this.#watched.delete(channel)),
      share(),
    )
    const watched: Watched = { keys, told, last: 0, wakes$ }
    this.#watched.set(channel, watched)
    return watched
  }

  #look(): void {
    let asked = 0
    const most = Math.min(mostAtATime, this.#watched.size)
    for (const [channel, watched] of this.#watched) {
      if (asked++ === most) return
      // Whoever was asked stands behind the others.
      this.#watched.delete(channel)
      this.#watched.set(channel, watched)
      void this.#ask(watched)
    }
  }

  async #ask({ keys, told }: Watched): Promise<void> {
    try {
      const [head, durable] = (await this.#line.ask('hmget', keys.history, 'head', 'durable')) as (string | null)[]
      if (!head || !durable) return told.next(undefined)
      const { number, mark } = spotIn(durable)
      told.next({ number, texts: [], mark })
      if (head !== durable) await this.#settling.settle(keys)
    } catch {
      // Whoever reads finds out when it looks, and whoever appends when it does.
    }
  }
}
