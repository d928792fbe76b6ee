import {
  defer,
  dematerialize,
  EMPTY,
  filter,
  fromEvent,
  ignoreElements,
  interval,
  map,
  materialize,
  merge,
  type Observable,
  takeWhile,
  tap,
} from 'rxjs'
import type { Environment } from '../../lib/environment.ts'
import { MillraceError } from '../../lib/errors.ts'
import { Backlog } from './backlog.ts'
import { type Frame, frameIn, type Sent } from './frames.ts'

/** One of the two who speak on a channel. */
export interface End {
  readonly channel: BroadcastChannel
  readonly here: string
  readonly there: string
}

/** When a line counts as lost. */
export interface LineOptions {
  /**
   * Milliseconds: whoever heard nothing for so long asks, and who does not answer within as long again is gone. So one
   * that vanished is noticed after two to three times that. Both ends have a clock of their own: one whose timers are
   * held back, as those of a hidden page, still answers at once.
   * @default 15_000
   */
  readonly heartbeat?: number
  /**
   * Characters of JSON, each message counting 256 more, that may be under way to an end that does not take them, as a
   * page that is frozen; beyond them the line is lost. Must have room for the largest documents that one client opens
   * together. @default 32_000_000
   */
  readonly maxBacklog?: number
  /** Time and chance. @default the real ones */
  readonly environment?: Pick<Environment, 'scheduler' | 'id'>
}

export const lost = (reason: string, cause?: unknown): MillraceError =>
  new MillraceError('connection_lost', reason, {}, cause)

/**
 * Says what `saying` emits, and emits what the other end says. It is over, at both ends, when `saying` completes or
 * errors, when it is unsubscribed, or when the other end says so or is gone.
 */
export function converse(
  end: End,
  saying: Observable<Frame>,
  { heartbeat = 15_000, maxBacklog = 32_000_000 }: LineOptions,
  { scheduler }: Pick<Environment, 'scheduler'>,
): Observable<Frame> {
  return defer(() => {
    const backlog = new Backlog()
    let sent = 0
    let silentBeats = 0

    function post(frame: Frame): void {
      end.channel.postMessage({ from: end.here, to: end.there, number: sent++, ...frame } satisfies Sent)
    }
    function say(frame: Frame): void {
      post(frame)
      if (frame.type !== 'say') return
      backlog.posted(frame.text)
      if (backlog.waiting > maxBacklog)
        throw lost(`The other end takes too little: ${backlog.waiting} characters wait.`)
      if (backlog.isDue) ask()
    }
    function ask(): void {
      if (backlog.ask()) post({ type: 'ask' })
    }
    function hear({ type }: Frame): void {
      silentBeats = 0
      if (type === 'ask') post({ type: 'answer' })
      if (type === 'answer') backlog.answered()
      if (type === 'lost') throw lost('The other end says that the line is broken.')
    }
    function beat(): void {
      silentBeats += 1
      if (silentBeats === 2) ask()
      if (silentBeats > 2) throw lost(`The other end is silent for ${silentBeats * heartbeat} ms.`)
    }

    const heard = framesFor(end).pipe(
      tap(hear),
      takeWhile(({ type }) => type !== 'end'),
    )
    return merge(
      heard.pipe(materialize()),
      merge(interval(heartbeat, scheduler).pipe(tap(beat)), pageLeaves.pipe(tap(left))).pipe(ignoreElements()),
      saying.pipe(tap(say), ignoreElements(), materialize()),
    ).pipe(
      dematerialize(),
      tap({
        complete: () => post({ type: 'end' }),
        error: () => post({ type: 'lost' }),
        unsubscribe: () => post({ type: 'end' }),
      }),
    )
  })
}

/** What is meant for this end, in the order it was sent, and nothing in between missing. */
function framesFor({ channel, here, there }: End): Observable<Frame> {
  let next = 0
  return (fromEvent(channel, 'message') as Observable<MessageEvent<unknown>>).pipe(
    map(({ data }) => frameIn(data)),
    filter((frame) => frame?.to === here && frame.from === there),
    map((frame) => {
      if (frame?.number !== next++) throw lost('Something between the two ends was lost, or said by somebody else.')
      return frame
    }),
  )
}

// What is said to a page that was left is lost, also if it comes back as it was.
const pageLeaves = defer(() => {
  const { window } = globalThis as { window?: EventTarget }
  return window === undefined ? EMPTY : fromEvent(window, 'pagehide')
})

function left(): never {
  throw lost('The page was left.')
}
