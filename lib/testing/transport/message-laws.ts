import { concat, from, NEVER, of, Subject } from 'rxjs'
import type { ClientMessage, Flush } from '../../protocol/messages.ts'
import { check, same } from './checks.ts'
import type { TransportLaw } from './law.ts'
import { asked, everyValue, numbers, sharesObjects, told } from './messages.ts'

const inOrder: TransportLaw = {
  name: 'delivers 1,000 messages in order, each once, both ways',
  async run(bench) {
    const live = new Subject<ClientMessage>()
    const call = bench.call(concat(from(numbers(1, 500).map((number) => asked(number))), live))
    const session = await bench.session(0)
    session.say(...numbers(1, 500).map(told))
    await bench.until('500 messages reach the host', bench.source, () => session.heard.length >= 500)
    for (const number of numbers(501, 1_000)) {
      live.next(asked(number))
      session.say(told(number))
      await undefined
    }
    await bench.until('1,000 messages reach the host', bench.source, () => session.heard.length >= 1_000)
    await bench.until('1,000 messages reach the client', call, () => call.heard.length >= 1_000)
    await bench.barrier()
    same(
      session.heard,
      numbers(1, 1_000).map((number) => asked(number)),
      'what the host heard',
    )
    same(call.heard, numbers(1, 1_000).map(told), 'what the client heard')
  },
}

const conversation: TransportLaw = {
  name: 'keeps the order of what is said on hearing',
  async run(bench) {
    const outgoing = new Subject<ClientMessage>()
    const call = bench.call(concat(of(asked(0)), outgoing))
    call.change$.subscribe(() => outgoing.next(asked(call.heard.length)))
    const session = await bench.session(0)
    let answers = 0
    await bench.until('20 answers are heard', { change$: bench.source.change$ }, () => {
      while (answers < session.heard.length && answers < 20) session.say(told(++answers))
      return session.heard.length > 20
    })
    same(call.heard, numbers(1, 20).map(told), 'what the client heard')
    same(
      session.heard,
      numbers(0, 20).map((number) => asked(number)),
      'what the host heard',
    )
  },
}

const equalNotShared: TransportLaw = {
  name: 'delivers messages that are equal and share no object with those that were sent',
  async run(bench) {
    const commands = everyValue()
    const { completions, document } = commands
    const from = { count: 7, mark: 'before' }
    const flush: Flush = { type: 'flush', document, client: 'one', after: 0, from, completions }
    const calls = [bench.call(concat(of(flush), NEVER)), bench.call(concat(of(flush), NEVER))]
    const sessions = [await bench.session(0), await bench.session(1)]
    for (const session of sessions) session.say(commands)
    for (const session of sessions) {
      await bench.until('each session hears', bench.source, () => session.heard.length > 0)
      same(session.heard, [flush], 'what the host heard')
      check(!sharesObjects(session.heard[0], flush), 'an object of its own at the host')
    }
    for (const call of calls) {
      await bench.until('each client hears', call, () => call.heard.length > 0)
      same(call.heard, [commands], 'what the client heard')
      check(!sharesObjects(call.heard[0], commands), 'an object of its own at the client')
    }
    check(!sharesObjects(calls[0]?.heard[0], calls[1]?.heard[0]), 'an object for each client')
    check(!('polluted' in {}), 'no change of a prototype')
  },
}

const severalClients: TransportLaw = {
  name: 'carries several clients in one session',
  async run(bench) {
    const messages = numbers(1, 60).map((number) => asked(number, `client ${number % 3}`))
    bench.call(concat(from(messages), NEVER))
    const session = await bench.session(0)
    await bench.until('60 messages reach the host', bench.source, () => session.heard.length >= 60)
    same(session.heard, messages, 'what the host heard')
    same(bench.source.sessions.length, 1, 'the number of sessions')
  },
}

const saidAll: TransportLaw = {
  name: 'goes on when the client has said all it will',
  async run(bench) {
    const call = bench.call(of(asked(1)))
    const session = await bench.session(0)
    await bench.until('the host hears', bench.source, () => session.heard.length > 0)
    await bench.barrier()
    session.say(told(1))
    await bench.until('the client hears', call, () => call.heard.length > 0 || call.outcome !== 'open')
    same(call.heard, [told(1)], 'what the client heard')
    check(call.outcome === 'open' && !session.isOver, 'a session that is still open')
  },
}

/** What is said, and how it arrives. */
export const messageLaws: readonly TransportLaw[] = [inOrder, conversation, equalNotShared, severalClients, saidAll]
