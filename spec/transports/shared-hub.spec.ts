import { beforeEach, describe, expect, it } from '@jest/globals'
import { type Observable, Subject } from 'rxjs'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { Hub } from '../../transports/shared/hub.ts'

const document = 'list/shopping'
const position = { count: 1, mark: 'one' }
const open = (client: string): ClientMessage => ({ type: 'open', document, client })
const recordOf = (client: string): ServerMessage => ({ type: 'flushed', document, client, position, record: null })
const snapshotFor = (client: string): ServerMessage => ({ type: 'snapshot', document, client, position, state: {} })
const welcome: ServerMessage = { type: 'welcome', protocol: 1, features: [], limits: defaultLimits }
const batch: ServerMessage = {
  type: 'commands',
  document,
  from: 0,
  follows: 'none',
  mark: 'one',
  at: 0,
  client: 'somebody',
  after: 0,
  last: 1,
  completions: [{ command: { action: 'update', props: {} } }],
}

describe('The hub of tabs that share a connection', () => {
  let host: Subject<ServerMessage>
  let said: ClientMessage[]
  let hub: Hub
  let leader: ReturnType<typeof tab>

  /** Somebody who says what it likes, and what they heard. */
  function tab(begin: (says: Observable<ClientMessage>) => ReturnType<ReturnType<Hub['session']>>) {
    const says = new Subject<ClientMessage>()
    const heard: unknown[] = []
    const leaving = begin(says).subscribe({
      next: (message) => heard.push(message.type === 'error' ? message.code : message.type),
      complete: () => heard.push('the end'),
    })
    return {
      say: (...messages: unknown[]) => messages.forEach((message) => says.next(message as ClientMessage)),
      heard,
      leaving,
    }
  }
  const follower = () => {
    const one = tab((says) => hub.session()(says))
    one.say({ type: 'hello', protocol: 1 })
    one.heard.length = 0
    return one
  }

  beforeEach(() => {
    host = new Subject()
    said = []
    hub = new Hub()
    const upstream = (outgoing: Observable<ClientMessage>) => {
      outgoing.subscribe((message) => said.push(message))
      return host
    }
    leader = tab((says) => hub.lead(upstream)(says))
    host.next(welcome)
    leader.heard.length = 0
  })

  it('gives a snapshot to the client that opened, also where several wait', () => {
    const [one, two] = [follower(), follower()]
    leader.say(open('l'))
    one.say(open('a'))
    two.say(open('b'))
    expect(said).toEqual([open('l'), open('a'), open('b')])
    host.next(recordOf('l'))
    host.next(batch)
    host.next(recordOf('a'))
    host.next(snapshotFor('a'))
    host.next(recordOf('b'))
    host.next(snapshotFor('b'))
    host.next(batch)
    expect(leader.heard).toEqual(['flushed', 'commands', 'commands'])
    expect(one.heard).toEqual(['flushed', 'snapshot', 'commands'])
    expect(two.heard).toEqual(['flushed', 'snapshot', 'commands'])
  })

  it('gives a snapshot to nobody when who asked for it has left, and closes what that one had open', () => {
    const one = follower()
    leader.say(open('l'))
    one.say(open('a'))
    host.next(recordOf('l'))
    one.leaving.unsubscribe()
    expect(said.at(-1)).toEqual({ type: 'close', document, client: 'a' })
    host.next(recordOf('a'))
    host.next(snapshotFor('a'))
    expect(leader.heard).toEqual(['flushed'])
  })

  it('answers what is malformed or out of turn by itself', () => {
    const one = follower()
    const stranger = tab((says) => hub.session()(says))
    stranger.say(open('a'))
    leader.say(open('l'))
    one.say(7, { type: 'open' }, { type: 'flush', document, client: 'l', after: 0, from: position, completions: [{}] })
    one.say({
      type: 'flush',
      document,
      client: 'l',
      after: 0,
      from: position,
      completions: [{ command: { action: '' } }],
    })
    one.say({ type: 'close', document, client: 'l' })
    expect(stranger.heard).toEqual(['unauthenticated'])
    expect(one.heard).toEqual(['invalid_message', 'invalid_message', 'invalid_message', 'not_open'])
    expect(said).toEqual([open('l')])
  })

  it('tells all who have a document that it cannot be served, and all that the session ends', () => {
    const [one, two] = [follower(), follower()]
    one.say(open('a'))
    host.next(recordOf('a'))
    host.next({ type: 'error', code: 'unavailable', message: '', document })
    host.next({ type: 'error', code: 'too_many', message: '' })
    host.complete()
    expect(one.heard).toEqual(['flushed', 'unavailable', 'too_many', 'the end'])
    expect(two.heard).toEqual(['too_many', 'the end'])
    expect(leader.heard).toEqual(['too_many', 'the end'])
  })

  it('has all begin anew where the leader’s own transport moved to another session', () => {
    const one = follower()
    one.say(open('a'))
    leader.say(open('l'))
    host.next(recordOf('a'))
    host.next(recordOf('l'))
    host.next(welcome)
    one.say(open('a'))
    host.next(recordOf('a'))
    host.next(batch)
    expect(one.heard).toEqual(['flushed', 'welcome', 'flushed', 'commands'])
    expect(leader.heard).toEqual(['flushed', 'welcome'])
    expect(said.filter(({ type }) => type === 'open')).toHaveLength(3)
  })
})
