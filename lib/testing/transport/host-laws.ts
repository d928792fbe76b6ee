import { concat, merge, NEVER, of } from 'rxjs'
import type { ServerMessage } from '../../protocol/messages.ts'
import { type Call, isLost } from './bench.ts'
import { check, same } from './checks.ts'
import { freesEverything } from './freeing-law.ts'
import type { TransportCapabilities, TransportLaw } from './law.ts'
import { asked, numbers, sized, told } from './messages.ts'
import type { ScriptedSession } from './scripted-source.ts'

/** What a host may rely on. */
export function hostLaws({ encodesOnce, held }: TransportCapabilities): readonly TransportLaw[] {
  return [
    manySessions,
    atTheLimit,
    aboveTheLimit,
    ...(encodesOnce ? [oneEncoding] : []),
    ...(held ? [freesEverything] : []),
  ]
}

const manySessions: TransportLaw = {
  name: 'serves 1,000 sessions at once, each hears its own',
  async run(bench) {
    const clients = numbers(1, 1_000)
    const { sessions } = bench.source
    const calls: Call[] = []
    while (calls.length < clients.length) {
      const some = clients.slice(calls.length, calls.length + 100)
      calls.push(...some.map((number) => bench.call(concat(of(asked(number)), NEVER))))
      await bench.session(calls.length - 1)
      await bench.until('every session hears', bench.source, () => sessions.every(({ heard }) => heard.length > 0))
    }
    for (const session of sessions) session.say(told(numberOf(session)))
    for (const call of calls) await bench.until('each client hears', call, () => call.heard.length > 0)
    same(
      calls.map(({ heard }) => heard),
      clients.map((number) => [told(number)]),
      'what each client heard',
    )
  },
}

function numberOf(session: ScriptedSession): number {
  const heard = JSON.stringify(session.heard[0])
  return Number(/list\/(\d+)/.exec(heard)?.[1])
}

const atTheLimit: TransportLaw = {
  name: 'carries a message of the largest size that the host takes',
  async run(bench) {
    const largest = sized(bench.source.maxMessageBytes)
    bench.call(concat(of(largest, asked(1)), NEVER))
    const session = await bench.session(0)
    await bench.until('both messages arrive', bench.source, () => session.heard.length >= 2)
    same(session.heard, [largest, asked(1)], 'what the host heard')
  },
}

const aboveTheLimit: TransportLaw = {
  name: 'refuses a message that is larger with a clear end, and the host goes on',
  async run(bench) {
    const other = bench.call(concat(of(asked(1)), NEVER))
    const others = await bench.session(0)
    const call = bench.call(concat(of(asked(2), sized(bench.source.maxMessageBytes + 1), asked(3)), NEVER))
    const session = await bench.session(1)
    await bench.until('the client learns of the end', call, () => call.outcome !== 'open')
    check(wasTold(call) || isLost(call), 'the error invalid_message and completion, or connection_lost')
    await bench.until('the session ends', bench.source, () => session.isOver)
    check(
      session.heard.every((message) => JSON.stringify(message) === JSON.stringify(asked(2))),
      'nothing from there on',
    )
    others.say(told(1))
    await bench.until('the other client hears', other, () => other.heard.length > 0)
    await bench.barrier()
  },
}

function wasTold({ heard, outcome }: Call): boolean {
  const last = heard.at(-1)
  return outcome === 'completed' && last?.type === 'error' && last.code === 'invalid_message'
}

const oneEncoding: TransportLaw = {
  name: 'encodes a message once for all sessions that emit it in one turn',
  async run(bench) {
    const calls = numbers(1, 5).map((number) => bench.call(concat(of(asked(number)), NEVER)))
    await bench.session(4)
    let encodings = 0
    const shared: ServerMessage = Object.assign(told(0), {
      // JSON.stringify names the key; others who look at the message do not.
      toJSON: (...key: unknown[]) => {
        encodings += key.length
        return told(1)
      },
    })
    bench.source.sessions.forEach((session, index) => {
      session.say(shared)
      if (index === 2) session.say(told(2))
    })
    for (const call of calls) await bench.until('each client hears', call, () => call.heard.length > 0)
    await bench.until('one client hears more', { change$: merge(...calls.map((call) => call.change$)) }, () =>
      calls.some(({ heard }) => heard.length > 1),
    )
    const lists = calls.map(({ heard }) => heard.map((message) => 'document' in message && message.document).join(' '))
    same(lists.toSorted(), ['list/1', 'list/1', 'list/1', 'list/1', 'list/1 list/2'], 'what the clients heard')
    same(encodings, 1, 'the number of encodings')
  },
}
