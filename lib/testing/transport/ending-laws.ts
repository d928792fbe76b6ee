import { concat, NEVER, of, Subject, throwError } from 'rxjs'
import type { ClientMessage } from '../../protocol/messages.ts'
import { type Bench, untilCompleted, untilLost } from './bench.ts'
import { check, same } from './checks.ts'
import type { TransportCapabilities, TransportLaw } from './law.ts'
import { asked, numbers, told } from './messages.ts'
import type { ScriptedSession } from './scripted-source.ts'

/** How a session ends. */
export function endingLaws({ breaks = [] }: TransportCapabilities): readonly TransportLaw[] {
  const broken = breaks.map((way) => [way, (bench: Bench) => bench.fixture.break?.(way)] as const)
  const ways = [['the session errors', failSessions] as const, ...broken]
  return [
    completes,
    completesAtOnce,
    endsOnUnsubscribe,
    silentAfterUnsubscribe,
    clientFails,
    ...ways.map(([way, happen]) => losesTheLine(way, happen)),
    ...ways.map(([way, happen]) => keepsNothing(way, happen)),
  ]
}

function failSessions({ source }: Bench): void {
  for (const session of source.sessions) session.fail(new Error('planned'))
}

const completes: TransportLaw = {
  name: 'completes when the host ends the session, after everything it said',
  async run(bench) {
    const call = bench.call()
    const session = await bench.session(0)
    session.say(...numbers(1, 10).map(told))
    session.end()
    await untilCompleted(bench, call)
    same(call.heard, numbers(1, 10).map(told), 'what the client heard')
  },
}

const completesAtOnce: TransportLaw = {
  name: 'completes when the host ends the session as it begins',
  script(session) {
    session.say(told(1))
    session.end()
  },
  async run(bench) {
    const call = bench.call(of(asked(1)))
    await untilCompleted(bench, call)
    same(call.heard, [told(1)], 'what the client heard')
    same(bench.source.sessions.length, 1, 'the number of sessions')
  },
}

const endsOnUnsubscribe: TransportLaw = {
  name: 'ends the session and lets go of what the client says, on unsubscribe',
  async run(bench) {
    const outgoing = new Subject<ClientMessage>()
    const call = bench.call(concat(of(asked(1)), outgoing))
    const session = await bench.session(0)
    await bench.until('the host hears', bench.source, () => session.heard.length > 0)
    call.hangUp()
    check(!outgoing.observed, 'nobody listens to the client')
    await bench.until('the session ends', bench.source, () => session.isOver)
    await bench.barrier()
    same(bench.source.sessions.length, 2, 'the number of sessions, with that of the other client')
  },
}

const silentAfterUnsubscribe: TransportLaw = {
  name: 'is silent after unsubscribe, both ways',
  async run(bench) {
    const outgoing = new Subject<ClientMessage>()
    const call = bench.call(concat(of(asked(1)), outgoing))
    const session = await bench.session(0)
    await bench.until('the host hears', bench.source, () => session.heard.length > 0)
    call.change$.subscribe(() => call.hangUp())
    session.say(...numbers(1, 20).map(told))
    await bench.until('the client hears', call, () => call.heard.length > 0)
    outgoing.next(asked(2))
    await bench.barrier()
    same(call.heard, [told(1)], 'what the client heard')
    same(session.heard, [asked(1)], 'what the host heard')
    check(call.outcome === 'open', 'no end told after unsubscribe')
  },
}

const clientFails: TransportLaw = {
  name: 'passes on an error of what the client says, and ends the session',
  async run(bench) {
    const failure = new Error('planned')
    const call = bench.call(
      concat(
        of(asked(1)),
        throwError(() => failure),
      ),
    )
    await bench.until('the client learns of the end', call, () => call.outcome !== 'open')
    check(typeof call.outcome === 'object' && call.outcome.error === failure, 'the very error')
    await bench.barrier()
    await bench.until('every session ends', bench.source, () => bench.source.sessions.every(({ isOver }) => isOver))
  },
}

function losesTheLine(way: string, happen: (bench: Bench) => void): TransportLaw {
  return {
    name: `errors with connection_lost, by itself and once: ${way}`,
    way,
    async run(bench) {
      const call = bench.call(concat(of(asked(1)), NEVER))
      const session = await bench.session(0)
      session.say(told(1))
      await bench.until('the client hears', call, () => call.heard.length > 0)
      // By then the line is at rest: long polling has none between two requests.
      await bench.barrier()
      happen(bench)
      await untilLost(bench, call)
      await bench.until('the session ends', bench.source, () => session.isOver)
      await bench.barrier()
      same(bench.source.sessions.length, 3, 'the number of sessions, with those of the other clients')
    },
  }
}

function keepsNothing(way: string, happen: (bench: Bench) => void): TransportLaw {
  return {
    name: `keeps nothing of a session for the next: ${way}`,
    way,
    async run(bench) {
      const transport = bench.fixture.connect()
      const outgoing = new Subject<ClientMessage>()
      const first = bench.call(concat(of(asked(1)), outgoing), transport)
      const before = await bench.session(0)
      await bench.until('the host hears', bench.source, () => before.heard.length > 0)
      happen(bench)
      outgoing.next(asked(2))
      before.say(told(2))
      await untilLost(bench, first)
      outgoing.next(asked(3))

      const second = bench.call(concat(of(asked(4)), NEVER), transport)
      const after: ScriptedSession = await bench.session(1)
      await bench.until('the second session hears', bench.source, () => after.heard.length > 0)
      after.say(told(4))
      await bench.until('the second client hears', second, () => second.heard.length > 0)
      await bench.barrier()
      same([after.heard, second.heard], [[asked(4)], [told(4)]], 'what was said in the second session')
    },
  }
}
