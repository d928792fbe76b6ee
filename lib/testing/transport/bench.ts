import { concat, NEVER, type Observable, of, Subject } from 'rxjs'
import type { SessionSource, Transport } from '../../contracts/transport.ts'
import { hasCode } from '../../errors.ts'
import type { ClientMessage, ServerMessage } from '../../protocol/messages.ts'
import { check, eventually } from './checks.ts'
import { asked, told } from './messages.ts'
import { type ScriptedSession, type ScriptedSource, scriptedSource } from './scripted-source.ts'

/** One host that serves a source, and how clients reach it. Made anew for each law. */
export interface TransportFixture {
  /** A transport to the source, as a new client would have it. */
  connect(): Transport
  /** Breaks every line that there is now, in one of the ways named by the capability `breaks`. */
  break?(way: string): void
  /** A transport over a line that never comes up. */
  unanswered?(): Transport
  /** What is held at the moment, one text for each thing: handles, timers, listeners. */
  held?(): readonly string[]
  /** Ends everything. Clients have hung up by then. */
  close(): Promise<void> | void
}

/** Serves a source. `way` names how the line will be broken, if it will: a silent one may need to be noticed sooner. */
export type TransportFactory = (source: SessionSource, way?: string) => Promise<TransportFixture> | TransportFixture

/** One subscription to a transport, and what came of it. */
export interface Call {
  readonly heard: readonly ServerMessage[]
  readonly outcome: 'open' | 'completed' | { readonly error: unknown }
  readonly change$: Observable<unknown>
  hangUp(): void
}

/** What a law needs of its bench. */
export interface BenchOptions {
  /** Run for each session as it begins. */
  readonly script?: (session: ScriptedSession) => void
  /** How the line will be broken, if it will. */
  readonly way?: string
}

/** What a law has at hand. */
export interface Bench {
  readonly source: ScriptedSource
  readonly fixture: TransportFixture
  /** Subscribes a transport, a new one unless it is given. */
  call(outgoing?: Observable<ClientMessage>, transport?: Transport): Call
  /** The session that began as the n-th, from 0, as soon as there is one. */
  session(index: number): Promise<ScriptedSession>
  /** Resolves when it holds, looked at after each change of a call or a session. */
  until(expected: string, of: { readonly change$: Observable<unknown> }, holds: () => boolean): Promise<void>
  /** A whole conversation of another client: what was on its way before has arrived when it is over. */
  barrier(): Promise<void>
  close(): Promise<void>
}

export async function openBench(
  factory: TransportFactory,
  patience: number,
  { script, way }: BenchOptions,
): Promise<Bench> {
  const source = scriptedSource(script)
  const fixture = await factory(source, way)
  const calls: Call[] = []

  const bench: Bench = {
    source,
    fixture,
    call(outgoing = NEVER, transport = fixture.connect()) {
      const call = callOver(transport, outgoing)
      calls.push(call)
      return call
    },
    async session(index) {
      await bench.until(`session ${index} begins`, source, () => source.sessions.length > index)
      return source.sessions[index] as ScriptedSession
    },
    until: (expected, { change$ }, holds) => eventually(expected, change$, holds, patience),
    async barrier() {
      const call = bench.call(concat(of(asked(0, 'barrier')), NEVER))
      const isTheirs = ({ heard }: ScriptedSession) => heard.some((message) => isFrom(message, 'barrier'))
      await bench.until('another client is heard', source, () => source.sessions.some((s) => !s.isOver && isTheirs(s)))
      const session = source.sessions.findLast(isTheirs)
      session?.say(told(0))
      await bench.until('another client is answered', call, () => call.heard.length > 0)
      call.hangUp()
      await bench.until('the session of another client ends', source, () => session?.isOver === true)
    },
    async close() {
      for (const call of calls) call.hangUp()
      await fixture.close()
    },
  }
  return bench
}

function callOver(transport: Transport, outgoing: Observable<ClientMessage>): Call {
  const heard: ServerMessage[] = []
  const change$ = new Subject<void>()
  let outcome: Call['outcome'] = 'open'
  const become = (next: Call['outcome']) => {
    check(outcome === 'open', 'nothing after the end')
    outcome = next
    change$.next()
  }
  const subscription = transport(outgoing).subscribe({
    next: (message) => {
      heard.push(message)
      change$.next()
    },
    error: (error: unknown) => become({ error }),
    complete: () => become('completed'),
  })
  return {
    heard,
    change$,
    get outcome() {
      return outcome
    },
    hangUp: () => subscription.unsubscribe(),
  }
}

/** Whether the line was lost, as the contract names it. */
export function isLost({ outcome }: Call): boolean {
  return typeof outcome === 'object' && hasCode(outcome.error, 'connection_lost')
}

/** Resolves when the call is over; fails unless the line was lost. */
export async function untilLost(bench: Bench, call: Call): Promise<void> {
  await bench.until('the client learns of the end', call, () => call.outcome !== 'open')
  check(isLost(call), `an error with the code connection_lost, not ${describeOutcome(call)}`)
}

/** Resolves when the call is over; fails unless it completed. */
export async function untilCompleted(bench: Bench, call: Call): Promise<void> {
  await bench.until('the client learns of the end', call, () => call.outcome !== 'open')
  check(call.outcome === 'completed', `completion, not ${describeOutcome(call)}`)
}

function describeOutcome({ outcome }: Call): string {
  return typeof outcome === 'object' ? String(outcome.error) : outcome
}

function isFrom(message: unknown, client: string): boolean {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'client') === client
}
