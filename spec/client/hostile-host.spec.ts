import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { firstValueFrom, Observable, type Subscriber } from 'rxjs'
import { type Client, createClient } from '../../lib/client/client.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { ClientMessage, Flush, ServerMessage } from '../../lib/protocol/messages.ts'
import { ManualTime, quiet } from '../support/manual-time.ts'
import { add, emptyList, type List, type Lists, shopping } from '../support/scene.ts'

const own = (text: string): object => JSON.parse(text) as object
const start = { count: 0, mark: '=x' }

describe('A client whose host says anything', () => {
  let time: ManualTime
  let client: Client<Lists>
  let list: List
  let host: Subscriber<ServerMessage>
  let sessions: number
  let heard: ClientMessage[]

  const tell = async (...messages: unknown[]) => {
    for (const message of messages) host.next(message as ServerMessage)
    await quiet()
  }
  const named = (message: object) => {
    const open = heard.findLast(({ type }) => type === 'open') as { client: string }
    return { document: shopping, client: open.client, ...message }
  }
  const welcome = (limits: object = defaultLimits) => ({ type: 'welcome', protocol: 1, features: [], limits })
  const record = (message: object = {}) => named({ type: 'flushed', position: start, record: null, ...message })
  const snapshot = (message: object = {}) => named({ type: 'snapshot', position: start, state: emptyList, ...message })
  const commands = (message: object = {}) => ({
    type: 'commands',
    document: shopping,
    from: 0,
    follows: '=x',
    mark: 'a',
    at: 0,
    client: 'somebody',
    after: 0,
    last: 1,
    completions: [{ command: { action: 'update', props: { title: 'Ours' } } }],
    ...message,
  })

  beforeEach(async () => {
    time = new ManualTime()
    sessions = 0
    heard = []
    client = createClient<Lists>({
      transport: (outgoing) =>
        new Observable((subscriber) => {
          sessions += 1
          host = subscriber
          subscriber.add(outgoing.subscribe((message) => heard.push(message)))
        }),
      environment: time.environment,
    })
    list = client.open(shopping)
    await quiet()
    await tell(welcome())
    await tell(record(), snapshot())
    expect(list.status.state).toBe('live')
  })
  afterEach(() => {
    client.close()
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(time.timers).toBe(0)
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'commands'],
    ['a list', [commands()]],
    ['an unknown type', { type: 'shutdown' }],
    ['a type of every object', { type: 'constructor' }],
    ['commands of nobody', commands({ client: undefined })],
    ['commands of another document', commands({ document: 'list/other' })],
    ['commands that are none', commands({ completions: [null] })],
    ['commands at a place that is none', commands({ from: -1 })],
    ['commands under more numbers than there are', commands({ last: Number.MAX_SAFE_INTEGER })],
    ['commands under fewer numbers than there are', commands({ last: 0 })],
    ['a snapshot that is a list', { type: 'snapshot', document: shopping, client: 'a', position: start, state: [] }],
    ['a snapshot for nobody', { type: 'snapshot', document: shopping, position: start, state: {} }],
    ['a snapshot nowhere', { type: 'snapshot', document: shopping, client: 'a', state: {} }],
    ['a record that is none', { type: 'flushed', document: shopping, client: 'x', position: start, record: 7 }],
    ['an error without a code', { type: 'error', message: 'No.', document: shopping }],
    ['own keys that reach prototypes', own('{"__proto__":{"type":"commands","polluted":1}}')],
  ])('passes over %s', async (_, message) => {
    await tell(message)
    await tell(commands())
    expect(list.getDocument()).toEqual({ title: 'Ours', todos: {} })
    expect(list.status.state).toBe('live')
    expect(sessions).toBe(1)
  })

  it.each<[string, object]>([
    ['a rejection without a reason', { rejected: [{ seq: 1 }] }],
    ['a renaming to a number', { renamed: [{ seq: 1, id: 7 }] }],
    ['rejections that are no list', { rejected: { seq: 1 } }],
    ['an outcome for seq -1', { rejected: [{ seq: -1, code: 'x', reason: 'x' }] }],
  ])('passes over an answer with %s', async (_, outcome) => {
    add(list, 'milk')
    await quiet()
    const position = { count: 1, mark: 'a' }
    await tell(record({ position, follows: start, record: { seq: 1, first: 1, position, outcome } }))
    expect(list.getCommandCount()).toBe(1)
    await tell(record({ position, follows: start, record: { seq: 1, first: 1, position, outcome: {} } }))
    expect(list.getCommandCount()).toBe(1)
    expect(await firstValueFrom(list.saved$)).toBe(true)
  })

  it.each<[string, object[]]>([
    ['a path through __proto__', [{ command: { action: 'update', path: ['__proto__'], props: { polluted: 1 } } }]],
    [
      'a path through constructor',
      [{ command: { action: 'update', path: ['constructor', 'prototype'], props: { polluted: 1 } } }],
    ],
    [
      '__proto__ as an id',
      [{ command: { action: 'create', path: ['todos'], props: { polluted: 1 } }, createdId: '__proto__' }],
    ],
    ['__proto__ in the props', [{ command: { action: 'update', props: own('{"__proto__":{"polluted":1}}') } }]],
    ['a delete of the root', [{ command: { action: 'delete' } }]],
    ['a path to nowhere', [{ command: { action: 'update', path: ['x', 'y'], props: {} } }]],
  ])('is not harmed by %s in a history', async (_, completions) => {
    await tell(commands({ completions }))
    expect(list.getCommandCount()).toBe(1)
    expect(list.status.state).toBe('live')
    expect(Object.getPrototypeOf(list.getDocument())).toBe(Object.prototype)
    expect(Object.getPrototypeOf(list.getDocument().todos)).toBe(Object.prototype)
    expect((list.getDocument() as { polluted?: unknown }).polluted).toBeUndefined()
    await tell(commands({ from: 1, follows: 'a', mark: 'b', after: 1, last: 2 }))
    expect(list.getDocument().title).toBe('Ours')
  })

  it.each<[string, object]>([
    ['of an action that it does not know', { action: 'increment', path: ['todos'], props: { by: 1 } }],
    ['whose path is a number', { action: 'update', path: 7, props: { title: 'x' } }],
  ])('stops a document with a command %s, as it was before, and says so', async (_, command) => {
    const other = client.open('list/other')
    await quiet()
    await tell(record({ document: 'list/other' }), snapshot({ document: 'list/other' }))
    await tell(commands({ completions: [{ command }] }))
    expect(list.status).toMatchObject({ state: 'refused', code: 'unsupported' })
    expect(list.getDocument()).toEqual(emptyList)
    expect(heard.at(-1)).toMatchObject({ type: 'close', document: shopping })
    expect(other.status.state).toBe('live')
    expect(sessions).toBe(1)
  })

  it.each<[string, object]>([
    ['none', {}],
    ['zero', { flushCommands: 0, flushBytes: 0, key: 0 }],
    ['negative', { flushCommands: -1, flushBytes: -1 }],
    ['text', { flushCommands: 'many', flushBytes: '1' }],
    ['no numbers', { flushCommands: Number.NaN, flushBytes: null }],
  ])('takes the usual limits where those it is told make no sense: %s', async (_, limits) => {
    host.complete()
    await time.pass(1_000)
    await tell(welcome(limits))
    await tell(record())
    add(list, 'milk')
    await quiet()
    expect(heard.at(-1)).toMatchObject({ type: 'flush', completions: [{ command: { props: { title: 'milk' } } }] })
  })

  it('asks once for what is missing, however much there is that does not fit', async () => {
    const before = heard.length
    for (let i = 10; i < 30; i++) await tell(commands({ from: i, follows: `m${i}`, mark: `m${i + 1}` }))
    expect(heard.slice(before)).toMatchObject([{ type: 'open', position: start }])
    await tell(record({ position: { count: 1, mark: 'a' } }), commands())
    expect(list.status.state).toBe('live')
    expect(list.getDocument().title).toBe('Ours')
  })

  it('does not ask for ever where a record covers what it never met', async () => {
    add(list, 'milk')
    await quiet()
    const before = heard.length
    const known = { seq: 1, first: 1, position: start, outcome: {} }
    await tell(record({ record: known }))
    expect(heard.slice(before)).toEqual([named({ type: 'open' })])
    await tell(record({ record: known }), record({ record: known }))
    expect(heard).toHaveLength(before + 1)
    await tell(snapshot({ position: { count: 1, mark: 'a' }, state: { title: 'Theirs', todos: {} } }))
    expect(list.getDocument()).toEqual({ title: 'Theirs', todos: {} })
    expect(list.status.state).toBe('live')
    expect(list.getCommandCount()).toBe(1)
  })

  it('goes on under another name when its numbers were taken, with what was never sent', async () => {
    const milk = add(list, 'milk')
    await quiet()
    const bread = add(list, 'bread')
    const name = (heard.at(-1) as { client: string }).client
    const unknown: unknown[] = []
    list.sync$.subscribe((event) => event.type === 'unknown' && unknown.push(event))
    await tell(named({ type: 'error', code: 'conflict', message: 'Taken.', seq: 0, record: null }))
    expect(await milk.settled).toEqual({ type: 'unknown', reason: 'Taken.' })
    expect(unknown).toMatchObject([{ seq: 1, command: { props: { title: 'milk' } } }])
    expect(heard.slice(-2)).toMatchObject([
      { type: 'close', client: name },
      { type: 'open', position: start },
    ])
    expect((heard.at(-1) as { client: string }).client).not.toBe(name)
    await tell(record())
    expect(heard.at(-1)).toMatchObject({
      type: 'flush',
      after: 0,
      completions: [{ command: { props: { title: 'bread' } } }],
    })
    const position = { count: 1, mark: 'a' }
    await tell(record({ position, follows: start, record: { seq: 1, first: 1, position, outcome: {} } }))
    expect(await bread.settled).toMatchObject({ type: 'confirmed' })
  })

  it('sends half of what is refused as a whole, and gives up what is refused alone', async () => {
    const made = ['a', 'b', 'c', 'd'].map((title) => add(list, title))
    await quiet()
    const sizes: number[] = []
    const answer = async () => {
      const flush = heard.at(-1) as Flush
      sizes.push(flush.completions.length)
      await tell(named({ type: 'error', code: 'invalid_message', message: 'Not understood.', seq: flush.after }))
      expect(heard.at(-1)).toMatchObject({ type: 'open' })
      await tell(record())
    }
    await answer()
    await answer()
    await answer()
    expect(sizes).toEqual([4, 2, 1])
    expect(await made[0]?.settled).toEqual({ type: 'rejected', code: 'invalid_message', reason: 'Not understood.' })
    // The number that the host never took is not skipped: all begin again under another name.
    expect(heard.at(-1)).toMatchObject({ type: 'open' })
    await tell(record())
    expect(heard.at(-1)).toMatchObject({ type: 'flush', after: 0, completions: { length: 3 } })
  })

  it('is not driven round in circles by a host that understands nothing', async () => {
    const before = heard.length
    await tell(named({ type: 'error', code: 'invalid_message', message: 'Not understood.' }))
    expect(heard).toHaveLength(before)
    await time.pass(500)
    expect(heard).toHaveLength(before + 1)
    await tell(named({ type: 'error', code: 'invalid_message', message: 'Not understood.' }))
    await time.pass(10)
    expect(heard.length).toBeLessThanOrEqual(before + 2)
  })

  it('tries later what the host cannot do now, and waits longer each time', async () => {
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      const before = heard.length
      const at = time.scheduler.frame
      await tell(named({ type: 'error', code: 'unavailable', message: 'Later.' }))
      expect(list.status).toEqual({ state: 'offline', reason: 'Later.' })
      while (heard.length === before) await time.pass(time.untilNext ?? 1)
      waits.push(time.scheduler.frame - at)
    }
    waits.forEach((wait, i) => {
      expect(wait).toBeLessThanOrEqual(500 * 2 ** i)
    })
    expect(Math.max(...waits)).toBeGreaterThan(500)
  })
})
