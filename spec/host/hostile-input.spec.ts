import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { document } from '../../lib/index.ts'
import type { KnownRecord } from '../../lib/protocol/messages.ts'
import { Anybody } from '../support/anybody.ts'

interface List {
  title: string
  todos: Record<string, { title?: string }>
  tags: string[]
}

const initial: List = { title: '', todos: { milk: { title: 'Milk' } }, tags: ['a'] }
const documents = { list: document<List>({ initial }) }
const start = { count: 0, mark: 'anything' }
const hello = { type: 'hello', protocol: 1 }
const open = { type: 'open', document: 'list/shopping', client: 'eve' }

function nested(levels: number): object {
  let value = {}
  for (let i = 0; i < levels; i++) value = { deeper: value }
  return value
}

describe('A host that is told anything', () => {
  let host: Host<typeof documents>
  let session: Anybody

  const begin = async () => {
    await session.ask(hello)
    session.say(open)
    await session.hear()
    await session.hear()
  }
  /** Sends one command as the first of this client, and gives what became of it. */
  const refusalOf = async (command: unknown, createdId?: unknown) => {
    const completion = createdId === undefined ? { command } : { command, createdId }
    const flush = { type: 'flush', document: 'list/shopping', client: 'eve', after: 0, from: start }
    const answer = await session.ask({ ...flush, completions: [completion] })
    if (answer.type !== 'flushed') return answer.type === 'error' ? answer.code : answer.type
    return (answer.record as KnownRecord).outcome.rejected?.[0]?.code
  }
  const stillServes = async () => {
    const other = new Anybody(host)
    expect((await other.ask(hello)).type).toBe('welcome')
    other.say({ ...open, client: 'adam' })
    expect((await other.hear()).type).toBe('flushed')
    const snapshot = await other.hear()
    expect(snapshot).toMatchObject({ type: 'snapshot', state: initial })
    other.hangUp()
  }

  beforeEach(() => {
    host = createHost({
      documents,
      history: memoryHistory(),
      limits: { documents: 3, clients: 3, waitingMessages: 50 },
    })
    session = new Anybody(host)
  })
  afterEach(async () => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    session.hangUp()
    await host.close()
  })

  it.each([
    ['null', null],
    ['a number', 42],
    ['a text', '{"type":"hello"}'],
    ['a list', []],
    ['nothing', undefined],
    ['no type', {}],
    ['an unknown type', { type: 'shutdown' }],
    ['a type of every object', { type: 'constructor' }],
    ['a type that is none', { type: { toString: 'hello' } }],
    ['__proto__ as its own key', JSON.parse('{"__proto__":{"polluted":1},"type":"open"}')],
    ['bytes', new Uint8Array(8)],
    ['open without a client', { type: 'open', document: 'list/shopping' }],
    ['open with a number as document', { ...open, document: 1 }],
    ['open with a document of 1 MB', { ...open, document: `list/${'x'.repeat(1_000_000)}` }],
    ['a position that is none', { ...open, position: { count: -1, mark: 'x' } }],
    ['a position as text', { ...open, position: '0' }],
    ['a flush without completions', { type: 'flush', document: 'list/shopping', client: 'eve', after: 0, from: start }],
    ...[-1, 1.5, '1', null, 2 ** 53, Number.NaN].map((after): [string, unknown] => [
      `a flush after ${JSON.stringify(after)}`,
      {
        type: 'flush',
        document: 'list/shopping',
        client: 'eve',
        after,
        from: start,
        completions: [{ command: { action: 'create' } }],
      },
    ]),
    ...[
      [],
      {},
      'create',
      [null],
      [{}],
      [{ command: null }],
      [{ command: { action: 1 } }],
      [{ command: { action: 'create' }, createdId: 7 }],
    ].map((completions): [string, unknown] => [
      `a flush of ${JSON.stringify(completions)}`,
      { type: 'flush', document: 'list/shopping', client: 'eve', after: 0, from: start, completions },
    ]),
    ['a second hello', hello],
  ])('answers %s with invalid_message, and goes on', async (_, message) => {
    await begin()
    expect(await session.ask(message)).toMatchObject({ type: 'error', code: 'invalid_message' })
    expect(session.isOver).toBe(false)
    expect(await refusalOf({ action: 'update', props: {} })).toBeUndefined()
    await stillServes()
  })

  it.each<[string, unknown, string, unknown?]>([
    ['an unknown action', { action: 'explode' }, 'unsupported'],
    ['__proto__ as an action', { action: '__proto__' }, 'unsupported'],
    ['a path through __proto__', { action: 'update', path: ['__proto__'], props: { polluted: 1 } }, 'unsafe_key'],
    [
      'a path through constructor',
      { action: 'update', path: ['constructor', 'prototype'], props: { polluted: 1 } },
      'unsafe_key',
    ],
    ['a path to toString', { action: 'update', path: ['toString'], props: { polluted: 1 } }, 'not_found'],
    ['__proto__ in the props', { action: 'update', props: JSON.parse('{"__proto__":{"polluted":1}}') }, 'unsafe_key'],
    [
      'constructor deep in the props',
      { action: 'update', props: { a: [{ constructor: { prototype: { polluted: 1 } } }] } },
      'unsafe_key',
    ],
    ['__proto__ as a created id', { action: 'create', path: ['todos'] }, 'unsafe_key', '__proto__'],
    ['__proto__ as a chosen id', { action: 'create', path: ['todos'], id: '__proto__' }, 'unsafe_key', 'x'],
    [
      '__proto__ in a parentDefault',
      { action: 'create', path: ['more'], parentDefault: JSON.parse('{"__proto__":{"polluted":1}}') },
      'unsafe_key',
      'x',
    ],
    ['__proto__ to be unset', { action: 'update', unset: ['__proto__'] }, 'unsafe_key'],
    ['a path as text', { action: 'update', path: 'todos', props: {} }, 'invalid_path'],
    ['a path of numbers', { action: 'update', path: [0], props: {} }, 'invalid_path'],
    ['a path of paths', { action: 'update', path: [['todos']], props: {} }, 'invalid_path'],
    ['a path through a text', { action: 'update', path: ['title', 'length'], props: {} }, 'not_found'],
    ['a path into a list', { action: 'update', path: ['tags', '0'], props: {} }, 'not_found'],
    ['a list with a length', { action: 'update', path: ['tags'], props: { length: 1e8 } }, 'not_found'],
    ['the root to be deleted', { action: 'delete' }, 'invalid_path'],
    ['an index of a list to be deleted', { action: 'delete', path: ['tags', '0'] }, 'not_found'],
    ['props that are a text', { action: 'update', props: 'title' }, 'invalid_props'],
    ['props nested 100 deep', { action: 'update', props: nested(100) }, 'too_deep'],
    ['a path of 1,000 segments', { action: 'update', path: Array(1_000).fill('a'), props: {} }, 'too_deep'],
    ['a key of 100 kB', { action: 'update', props: { ['x'.repeat(100_000)]: 1 } }, 'too_large'],
  ])('refuses %s alone', async (...[, command, code, createdId]) => {
    await begin()
    expect(await refusalOf(command, createdId)).toBe(code)
    await stillServes()
  })

  it('survives props nested 100,000 deep, which cannot even be written as JSON', async () => {
    await begin()
    expect(['too_deep', 'invalid_message', 'unavailable']).toContain(
      await refusalOf({ action: 'update', props: nested(100_000) }),
    )
    await stillServes()
  })

  it('keeps names of methods, separators and oddities apart as plain data', async () => {
    await begin()
    const props = {
      toJSON: 'a',
      then: 'b',
      valueOf: 'c',
      hasOwnProperty: 'd',
      '': 'e',
      'a,b': 'f',
      '/': 'g',
      '\0': 'h',
    }
    expect(await refusalOf({ action: 'update', path: ['todos', 'milk'], props })).toBeUndefined()
    const list = await host.open('list/shopping')
    expect(list.getSnapshot().document.todos.milk).toEqual({ title: 'Milk', ...props })
    list.close()
  })

  it.each(['../../etc/passwd', 'nothing/there', '__proto__/x', 'constructor/x', 'a}:log/x'])(
    'has no document %s for anybody',
    async (id) => {
      await session.ask(hello)
      expect(await session.ask({ ...open, document: id })).toMatchObject({
        type: 'error',
        code: 'refused',
        document: id,
      })
      await stillServes()
    },
  )

  it('says what a name without a kind lacks', async () => {
    await session.ask(hello)
    expect(await session.ask({ ...open, document: 'shopping' })).toMatchObject({
      code: 'invalid_id',
      message: `'shopping' has no kind; documents knows: list. Write 'list/shopping'.`,
    })
  })

  it('says how much too large a flush is', async () => {
    await begin()
    const completions = [0, 1].map(() => ({ command: { action: 'update', props: { title: 'x'.repeat(700_000) } } }))
    const flush = { type: 'flush', document: 'list/shopping', client: 'eve', after: 0, from: start, completions }
    expect(await session.ask(flush)).toMatchObject({
      code: 'too_large',
      message: 'Flush refused: 1.4 MB, this host takes 1 MB (limits.flushBytes).',
    })
    await stillServes()
  })

  it('takes a thousand commands in a flush and no more', async () => {
    await begin()
    const completions = Array(1_001).fill({ command: { action: 'update', props: {} } })
    const flush = { type: 'flush', document: 'list/shopping', client: 'eve', after: 0, from: start, completions }
    expect(await session.ask(flush)).toMatchObject({ type: 'error', code: 'too_large' })
    expect(await session.ask({ ...flush, completions: completions.slice(1) })).toMatchObject({ type: 'flushed' })
  })

  it('hears nothing before hello', async () => {
    expect(await session.ask(open)).toMatchObject({ type: 'error', code: 'unauthenticated' })
    expect((await session.ask(hello)).type).toBe('welcome')
  })

  it('opens so many documents and clients in a session, and no more', async () => {
    await session.ask(hello)
    for (const name of ['a', 'b', 'c']) {
      session.say({ ...open, document: `list/${name}` })
      await session.hear()
      await session.hear()
    }
    expect(await session.ask({ ...open, document: 'list/d' })).toMatchObject({ code: 'too_many' })
    for (const client of ['b', 'c']) {
      session.say({ ...open, document: 'list/a', client })
      await session.hear()
      await session.hear()
    }
    expect(await session.ask({ ...open, document: 'list/a', client: 'd' })).toMatchObject({ code: 'too_many' })
  })

  it('ends a session that says more than it can look at', async () => {
    await session.ask(hello)
    for (let i = 0; i < 200; i++) session.say({ ...open, client: `eve` })
    while (!session.isOver) await session.hear()
    await stillServes()
  })

  it('refuses commands under a number of somebody else', async () => {
    await begin()
    const flush = { type: 'flush', document: 'list/shopping', client: 'eve', after: 1e9, from: start }
    const completions = [{ command: { action: 'update', props: {} } }]
    expect(await session.ask({ ...flush, completions })).toMatchObject({ type: 'error', code: 'gap', record: null })
    expect(await session.ask({ ...flush, after: 0, client: 'adam', completions })).toMatchObject({ code: 'not_open' })
  })
})
