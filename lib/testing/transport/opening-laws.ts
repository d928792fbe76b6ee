import { defer, NEVER, Observable, of } from 'rxjs'
import type { ClientMessage } from '../../protocol/messages.ts'
import { untilLost } from './bench.ts'
import { check, same } from './checks.ts'
import type { TransportCapabilities, TransportLaw } from './law.ts'
import { asked, numbers, told } from './messages.ts'

/** How a session begins. */
export function openingLaws({ oneAtATime, unanswered }: TransportCapabilities): readonly TransportLaw[] {
  return [
    doesNothingBefore,
    subscribesOnce,
    keepsWhatIsSaidEarly,
    forgetsAnAttempt,
    freshSession,
    ...(oneAtATime ? [] : [aSessionEach]),
    ...(unanswered ? [boundedBuffer] : []),
  ]
}

const doesNothingBefore: TransportLaw = {
  name: 'does nothing before it is subscribed',
  async run(bench) {
    let subscriptions = 0
    bench.fixture.connect()(
      defer(() => {
        subscriptions += 1
        return NEVER
      }),
    )
    await bench.barrier()
    check(bench.source.sessions.length === 1, 'no session but that of the other client')
    check(subscriptions === 0, 'no subscription to what the client says')
  },
}

const subscribesOnce: TransportLaw = {
  name: 'subscribes once to what the client says',
  async run(bench) {
    let subscriptions = 0
    bench.call(
      defer(() => {
        subscriptions += 1
        return NEVER
      }),
    )
    await bench.session(0)
    await bench.barrier()
    same(subscriptions, 1, 'the number of subscriptions')
  },
}

const keepsWhatIsSaidEarly: TransportLaw = {
  name: 'carries in order what is said while the line comes up',
  async run(bench) {
    const outgoing = new Observable<ClientMessage>((subscriber) => {
      for (const number of numbers(1, 50)) subscriber.next(asked(number))
      queueMicrotask(() => {
        for (const number of numbers(51, 100)) subscriber.next(asked(number))
      })
    })
    bench.call(outgoing)
    const session = await bench.session(0)
    await bench.until('100 messages arrive', bench.source, () => session.heard.length >= 100)
    same(
      session.heard,
      numbers(1, 100).map((number) => asked(number)),
      'what the host heard',
    )
  },
}

const forgetsAnAttempt: TransportLaw = {
  name: 'leaves nothing of a client that unsubscribes at once',
  async run(bench) {
    const call = bench.call(of(asked(1)))
    call.hangUp()
    await bench.barrier()
    await bench.until('every session ends', bench.source, () => bench.source.sessions.every(({ isOver }) => isOver))
    same(call.heard, [], 'what the client heard')
  },
}

const freshSession: TransportLaw = {
  name: 'begins a fresh session with the next subscription',
  async run(bench) {
    const transport = bench.fixture.connect()
    const first = bench.call(of(asked(1)), transport)
    const before = await bench.session(0)
    before.say(told(1))
    await bench.until('the first client hears', first, () => first.heard.length === 1)
    first.hangUp()
    await bench.until('the first session ends', bench.source, () => before.isOver)

    const second = bench.call(of(asked(2)), transport)
    const after = await bench.session(1)
    await bench.until('the second session hears', bench.source, () => after.heard.length > 0)
    after.say(told(2))
    await bench.until('the second client hears', second, () => second.heard.length > 0)
    same([after.heard, second.heard], [[asked(2)], [told(2)]], 'what was said in the second session')
  },
}

const aSessionEach: TransportLaw = {
  name: 'gives every subscription a session of its own',
  async run(bench) {
    const transport = bench.fixture.connect()
    const calls = [bench.call(NEVER, transport), bench.call(NEVER, transport)]
    const sessions = [await bench.session(0), await bench.session(1)]
    sessions.forEach((session, index) => session.say(told(index)))
    for (const call of calls) await bench.until('each client hears', call, () => call.heard.length > 0)
    await bench.barrier()
    same(
      calls.map(({ heard }) => heard.length),
      [1, 1],
      'how many messages each client heard',
    )
  },
}

const boundedBuffer: TransportLaw = {
  name: 'gives up a line that does not come up, and gathers no more than it may meanwhile',
  async run(bench) {
    const many = 100_000
    let taken = 0
    const endless = new Observable<ClientMessage>((subscriber) => {
      while (!subscriber.closed && taken < many) subscriber.next(asked(++taken))
    })
    await untilLost(bench, bench.call(endless, bench.fixture.unanswered?.()))
    check(taken < many, `less than ${many} messages taken, or none`)
  },
}
