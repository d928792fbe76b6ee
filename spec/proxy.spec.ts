// biome-ignore-all lint/suspicious/noExplicitAny: documents of any shape, as Flushout users have them
import { describe, expect, it } from '@jest/globals'
import {
  type Applied,
  type ApplyResult,
  type Command,
  CommandAction,
  type CommandCompletion,
  type CompletionBatch,
  type Interceptor,
  Master,
  Proxy,
  type ProxyConfig,
  realEnvironment,
  type Settlement,
  type SyncEvent,
} from '../lib/index.ts'

type Json = Record<string, any>

const overTheWire = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V

/** A master with its history, and proxies that begin with its first snapshot. */
function openWorld({
  interceptor,
  initial = { todos: {} },
  sequentialIds = false,
}: {
  interceptor?: Interceptor<Json>
  initial?: Json
  sequentialIds?: boolean
} = {}) {
  const history: CommandCompletion[] = []
  const master = new Master<Json>(
    { commandCount: 0, document: overTheWire(initial) },
    {
      historyProvider: async (from, to) => history.slice(from, to),
      sequentialIds,
      ...(interceptor && { interceptor }),
    },
  )
  const open = (proxyConfig: ProxyConfig<Json> = {}) => {
    const proxy = new Proxy<Json>({ commandCount: 0, document: overTheWire(initial) }, proxyConfig)
    const events: SyncEvent[] = []
    proxy.sync$.subscribe((event) => events.push(event))
    return { proxy, events }
  }
  const submit = async (flush: CompletionBatch): Promise<ApplyResult<Json>> => {
    const answer = overTheWire(await master.apply(overTheWire(flush)))
    history.push(...answer.applied.completions)
    return answer
  }
  const flush = async (proxy: Proxy<Json>) => proxy.endFlush((await submit(proxy.beginFlush())).sync)
  return { master, history, open, submit, flush }
}

function settled(result: Applied): Promise<Settlement> {
  if (!result.isSuccess) throw new Error(result.error)
  return result.settled
}

const idOf = (result: Applied): string => (result.isSuccess && result.createdId) || ''

describe('A flush', () => {
  it('takes what was applied, and leaves what comes later to the next', async () => {
    const { open, submit } = openWorld()
    const { proxy } = open()
    expect(proxy.hasUnflushedCommands()).toBe(false)
    proxy.apply({ action: CommandAction.Update, props: { a: 1 } })
    expect(proxy.hasUnflushedCommands()).toBe(true)
    const first = proxy.beginFlush()
    expect(proxy.isFlushInProgress()).toBe(true)
    expect(proxy.hasUnflushedCommands()).toBe(false)
    proxy.apply({ action: CommandAction.Update, props: { a: 2 } })
    expect(proxy.endFlush((await submit(first)).sync)).toEqual({ idsChanged: false })
    expect(proxy.isFlushInProgress()).toBe(false)
    expect(first).toEqual({ from: 0, completions: [{ command: { action: 'update', props: { a: 1 } } }] })
    expect(proxy.beginFlush()).toEqual({ from: 1, completions: [{ command: { action: 'update', props: { a: 2 } } }] })
  })

  it('goes back in front of the queue when it is cancelled', () => {
    const { proxy, events } = openWorld().open()
    proxy.apply({ action: 'update', props: { a: 1 } })
    const lost = proxy.beginFlush()
    proxy.apply({ action: 'update', props: { a: 2 } })
    proxy.cancelFlush(lost)
    proxy.cancelFlush(lost)
    const again = proxy.beginFlush()
    expect(again.completions.map(({ command }) => (command as Json).props)).toEqual([{ a: 1 }, { a: 2 }])
    expect(events).toEqual([
      { type: 'flush_begun', from: 0, commands: 1 },
      { type: 'flush_cancelled', commands: 1 },
      { type: 'flush_begun', from: 0, commands: 2 },
    ])
  })

  it('is one at a time, and none begins inside a batch', () => {
    const { proxy } = openWorld().open()
    proxy.beginFlush()
    expect(() => proxy.beginFlush()).toThrow(new TypeError('A flush is already in progress: end or cancel it first.'))
    proxy.endFlush()
    expect(proxy.endFlush()).toEqual({ idsChanged: false, error: 'No flush in progress' })
    const inside = () =>
      proxy.batch(() => {
        proxy.apply({ action: 'update', props: { a: 1 } })
        proxy.beginFlush()
      })
    expect(inside).toThrow(new TypeError('A batch is under way, which may still be undone: flush after it.'))
    expect(proxy.getDocument()).toEqual({ todos: {} })
    expect(proxy.isFlushInProgress()).toBe(false)
  })

  it('says that ids may have changed where others made something, or the master refused to', async () => {
    const interceptor: Interceptor<Json> = (_, { action }) =>
      action === 'create' ? { rejection: 'It is full.' } : undefined
    for (const world of [openWorld(), openWorld({ interceptor })]) {
      const [mine, other] = [world.open(), world.open()]
      mine.proxy.apply({ action: 'create', path: ['todos'], id: 'a' })
      const isRefused = (await world.flush(mine.proxy)).idsChanged
      other.proxy.apply({ action: 'update', props: { a: 1 } })
      const isBehind = (await world.flush(other.proxy)).idsChanged
      expect(isRefused || isBehind).toBe(true)
      expect(Object.keys(other.proxy.getDocument().todos)).toEqual(isRefused ? [] : ['a'])
      mine.proxy.apply({ action: 'update', props: { b: 1 } })
      await world.flush(mine.proxy)
      mine.proxy.apply({ action: 'update', props: { b: 2 } })
      expect(await world.flush(mine.proxy)).toEqual({ idsChanged: false })
    }
  })

  it('stays under way where the sync does not fit, so that a full one can be asked for', () => {
    const { proxy } = openWorld().open()
    proxy.apply({ action: 'update', props: { a: 1 } })
    proxy.beginFlush()
    const error = 'The sync begins at 5, this proxy stands at 0: ask for a full one.'
    expect(proxy.endFlush({ isPartial: true, diff: { from: 5, completions: [] } })).toEqual({
      idsChanged: false,
      error,
    })
    expect(proxy.isFlushInProgress()).toBe(true)
    const latest = { commandCount: 7, document: { todos: {}, a: 1 } }
    expect(proxy.endFlush({ isPartial: false, latest })).toEqual({ idsChanged: true })
    expect(proxy.getCommandCount()).toBe(7)
    expect(proxy.getDocument()).toEqual({ todos: {}, a: 1 })
  })

  it('stays under way where the sync holds an action that is unknown here', () => {
    const { proxy } = openWorld().open()
    proxy.beginFlush()
    const completions = [{ command: { action: 'merge', path: ['todos'] } as unknown as Command }]
    expect(proxy.endFlush({ isPartial: true, diff: { from: 0, completions } })).toEqual({
      idsChanged: false,
      error: "The history holds an action that is unknown here ('merge' at todos): update this program.",
    })
    expect(proxy.isFlushInProgress()).toBe(true)
    expect(proxy.getDocument()).toEqual({ todos: {} })
  })

  it('brings others’ commands first and applies what waits here again', async () => {
    const { open, submit, flush } = openWorld()
    const [mine, other] = [open(), open()]
    other.proxy.apply({ action: 'update', props: { title: 'theirs', by: 'other' } })
    await flush(other.proxy)
    const batch = mine.proxy.beginFlush()
    mine.proxy.apply({ action: 'update', props: { title: 'mine' } })
    mine.proxy.endFlush((await submit(batch)).sync)
    expect(mine.proxy.getDocument()).toEqual({ todos: {}, title: 'mine', by: 'other' })
    expect(mine.proxy.getCommandCount()).toBe(2)
    expect(mine.events.map(({ type }) => type)).toEqual(['flush_begun', 'flushed', 'synced'])
  })
})

describe('An id that was taken meanwhile', () => {
  const config = { sequentialIds: true }
  const create = (path: string[], props: Json): Command => ({ action: 'create', path, props })

  it('gives way to another, and the commands that wait follow', async () => {
    const { open, submit, flush, master } = openWorld({ initial: {} })
    const [mine, other] = [open(config), open(config)]
    other.proxy.apply(create([], { by: 'other' }))
    const made = mine.proxy.apply(create([], { by: 'me', tags: {} }))
    const batch = mine.proxy.beginFlush()
    mine.proxy.apply({ action: 'update', path: [idOf(made)], props: { done: true } })
    const inside = mine.proxy.apply(create([idOf(made), 'tags'], { name: 'x' }))
    await flush(other.proxy)
    const { sync } = await submit(batch)
    expect(mine.proxy.endFlush(sync)).toEqual({ idsChanged: true })

    const { createdId } = (await settled(made)) as { createdId: string }
    expect(createdId).not.toBe(idOf(made))
    expect(sync?.mappedPaths).toEqual({ [idOf(made)]: [createdId] })
    expect(mine.events).toContainEqual({ type: 'renamed', path: [idOf(made)], id: createdId })
    expect(mine.proxy.getDocument()).toEqual({
      [idOf(made)]: { by: 'other' },
      [createdId]: { by: 'me', done: true, tags: { [idOf(inside)]: { name: 'x' } } },
    })
    await flush(mine.proxy)
    expect(mine.proxy.getDocument()).toEqual(master.getSnapshot().document)
  })

  /** Three creates and an update of each, as a test with ids that count up makes them. */
  const createThree = (proxy: Proxy<Json>): void => {
    const made = [1, 2, 3].map((n) => proxy.apply(create([], { n })))
    made.forEach((result, i) => {
      proxy.apply({ action: 'update', path: [idOf(result)], props: { updated: i + 1 } })
    })
  }
  const byNumber = (document: Json): Json[] =>
    Object.values(document as Record<string, Json>)
      .filter(({ by }) => !by)
      .sort((a, b) => a.n - b.n)
  const three = [1, 2, 3].map((n) => ({ n, updated: n }))

  it('may give way to one that a later create of the same flush has, which gives way in turn', async () => {
    const { open, flush, master } = openWorld({ initial: {}, sequentialIds: true })
    const [mine, other] = [open(config), open(config)]
    other.proxy.apply(create([], { by: 'other' }))
    await flush(other.proxy)
    createThree(mine.proxy)
    await flush(mine.proxy)
    expect(mine.events.filter(({ type }) => type === 'renamed')).toHaveLength(2)
    expect(byNumber(master.getSnapshot().document)).toEqual(three)
    expect(mine.proxy.getDocument()).toEqual(master.getSnapshot().document)
  })

  it('may wait here unsent: it gives way when the other create arrives', async () => {
    const { open, submit, flush, master } = openWorld({ initial: {}, sequentialIds: true })
    const [mine, other] = [open(config), open(config)]
    other.proxy.apply(create([], { by: 'other' }))
    await flush(other.proxy)
    const batch = mine.proxy.beginFlush()
    createThree(mine.proxy)
    expect(mine.proxy.endFlush((await submit(batch)).sync)).toEqual({ idsChanged: true })
    expect(mine.events.filter(({ type }) => type === 'renamed')).toHaveLength(2)
    expect(byNumber(mine.proxy.getDocument())).toEqual(three)
    await flush(mine.proxy)
    expect(byNumber(master.getSnapshot().document)).toEqual(three)
  })

  it('is not mistaken for one at a path whose keys hold commas', async () => {
    const { open, submit, flush, master } = openWorld({ initial: { a: { b: {} }, 'a,b': {} } })
    const [mine, other] = [open({ environment: { ...realEnvironment, id: () => 'c' } }), open()]
    other.proxy.apply({ action: 'create', path: ['a', 'b'], id: 'c', props: { by: 'other' } })
    await flush(other.proxy)
    for (const path of [['a', 'b'], ['a,b']]) expect(idOf(mine.proxy.apply(create(path, { by: 'me' })))).toBe('c')
    const batch = mine.proxy.beginFlush()
    for (const path of [['a', 'b'], ['a,b']])
      mine.proxy.apply({ action: 'update', path: [...path, 'c'], props: { path } })
    mine.proxy.endFlush((await submit(batch)).sync)
    await flush(mine.proxy)
    const { a, 'a,b': comma } = master.getSnapshot().document
    expect(Object.values(a.b)).toEqual([{ by: 'other' }, { by: 'me', path: ['a', 'b'] }])
    expect(comma).toEqual({ c: { by: 'me', path: ['a,b'] } })
    expect(mine.proxy.getDocument()).toEqual(master.getSnapshot().document)
  })

  it('counts up from the commands where a test wants that, and is random otherwise', () => {
    const sequential = openWorld({ initial: {} }).open(config).proxy
    const ids = [1, 2, 3].map(() => idOf(sequential.apply({ action: 'create' })))
    expect(ids).toEqual(['1', '2', '3'])
    const random = openWorld({ initial: {} }).open().proxy
    const names = new Set(Array.from({ length: 1000 }, () => idOf(random.apply({ action: 'create' }))))
    expect(names.size).toBe(1000)
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })
})

describe('A command that is kept', () => {
  it('was settled by the master, however', async () => {
    const { open, flush } = openWorld({ interceptor: () => ({ rejection: 'It is full.' }) })
    const { proxy } = open()
    const applied = proxy.apply({ action: 'update', props: { a: 1 } })
    const kept = applied.isSuccess && applied.kept
    await flush(proxy)
    expect(await kept).toBeUndefined()
  })

  it('is none that a batch took back', async () => {
    const { proxy } = openWorld().open()
    const undone: Applied[] = []
    const failing = () =>
      proxy.batch(() => {
        for (const n of [1, 2]) undone.push(proxy.apply({ action: 'update', props: { n } }))
        throw new Error('out of paper')
      })
    expect(failing).toThrow('out of paper')
    const [first] = undone
    await expect(first?.isSuccess && first.kept).rejects.toMatchObject({
      code: 'rejected',
      message: 'The batch that it was part of threw.',
    })
  })
})

describe('What became of a command', () => {
  const interceptor: Interceptor<Json> = (_, { action, path = [], ...rest }) => {
    const { props } = rest as { props?: Json }
    if (props?.title === '') return { rejection: 'A todo needs a title.' }
    if (props?.title === 'fail') throw new Error('out of paper')
    if (action === 'create') return { newProps: { ...props, createdAt: 7 } }
    return path.length > 9 ? { rejection: 'too far' } : undefined
  }

  it('is known once the master has answered, whether asked early or late', async () => {
    const { open, flush, history } = openWorld({ interceptor })
    const { proxy, events } = open()
    const results = [
      proxy.apply({ action: 'update', props: { title: 'one' } }),
      proxy.apply({ action: 'update', props: { title: '' } }),
      proxy.apply({ action: 'update', props: { title: 'fail' } }),
      proxy.apply({ action: 'create', path: ['todos'], id: 'a', props: { title: 'tea' } }),
      proxy.apply({ action: 'update', props: { title: 'one' } }),
      proxy.apply({ action: 'update', props: { title: '' } }),
    ]
    const early = Promise.all(results.map(settled))
    await flush(proxy)
    const expected: Settlement[] = [
      { type: 'confirmed' },
      { type: 'rejected', code: 'rejected', reason: 'A todo needs a title.' },
      { type: 'rejected', code: 'interceptor_failed', reason: 'The interceptor failed: out of paper' },
      { type: 'rewritten', props: { title: 'tea', createdAt: 7 }, createdId: 'a' },
      { type: 'confirmed' },
      { type: 'rejected', code: 'rejected', reason: 'A todo needs a title.' },
    ]
    expect(await early).toEqual(expected)
    expect(await Promise.all(results.map(settled))).toEqual(expected)
    expect(history).toHaveLength(3)
    expect(proxy.getDocument()).toEqual({ todos: { a: { title: 'tea', createdAt: 7 } }, title: 'one' })
    expect(events.filter(({ type }) => type === 'rejected')).toHaveLength(3)
    const [first] = results
    expect(first?.isSuccess && (await first.kept)).toBeUndefined()
  })

  it('is open until then', async () => {
    const { open } = openWorld()
    const { proxy } = open()
    let isSettled = false
    const settling = settled(proxy.apply({ action: 'update', props: { a: 1 } })).then((settlement) => {
      isSettled = true
      return settlement
    })
    proxy.beginFlush()
    await Promise.resolve()
    expect(isSettled).toBe(false)
    proxy.endFlush()
    expect(await settling).toEqual({ type: 'confirmed' })
  })

  it('is told exactly by a full sync too', async () => {
    const { open, submit, history, flush } = openWorld({ interceptor })
    const [mine, other] = [open(), open()]
    other.proxy.apply({ action: 'update', props: { title: 'theirs' } })
    await flush(other.proxy)
    history.length = 0
    const results = [
      mine.proxy.apply({ action: 'update', props: { title: '' } }),
      mine.proxy.apply({ action: 'update', props: { title: 'mine' } }),
    ]
    const { sync } = await submit(mine.proxy.beginFlush())
    expect(sync?.isPartial).toBe(false)
    mine.proxy.endFlush(sync)
    expect((await Promise.all(results.map(settled))).map(({ type }) => type)).toEqual(['rejected', 'confirmed'])
    expect(mine.proxy.getDocument()).toEqual({ todos: {}, title: 'mine' })
  })

  it('is unknown where the master does not say', async () => {
    const { proxy } = openWorld().open()
    const result = proxy.apply({ action: 'update', props: { a: 1 } })
    proxy.beginFlush()
    proxy.endFlush({ isPartial: false, latest: { commandCount: 4, document: {} } })
    expect(await settled(result)).toEqual({ type: 'unknown', reason: 'The Master answered without an outcome.' })
  })

  it('is that it was dropped, and why, where it no longer applies before it was sent', async () => {
    const { open, submit, flush } = openWorld({ initial: { todos: { '42': { title: 'tea' } } } })
    const [mine, other] = [open(), open()]
    for (let i = 0; i < 117; i++) other.proxy.apply({ action: 'update', props: { i } })
    other.proxy.apply({ action: 'delete', path: ['todos', '42'] })
    await flush(other.proxy)
    const batch = mine.proxy.beginFlush()
    const update = mine.proxy.apply({ action: 'update', path: ['todos', '42'], props: { title: 'green tea' } })
    const kept = mine.proxy.apply({ action: 'update', props: { kept: true } })
    mine.proxy.endFlush((await submit(batch)).sync)
    const reason = 'No object at todos/42: it was deleted by another client at 118.'
    expect(await settled(update)).toEqual({ type: 'dropped', code: 'not_found', reason })
    expect(mine.events).toContainEqual({
      type: 'dropped',
      command: { action: 'update', path: ['todos', '42'], props: { title: 'green tea' } },
      code: 'not_found',
      reason,
      seq: 0,
    })
    expect(mine.proxy.apply({ action: 'update', path: ['todos', '42', 'tags'], props: {} })).toMatchObject({
      error: reason,
    })
    await flush(mine.proxy)
    expect(await settled(kept)).toEqual({ type: 'confirmed' })
    expect(mine.proxy.getDocument().todos).toEqual({})
  })

  it('is that it was dropped where what it was made under was refused, whatever its parentDefault', async () => {
    const { open, submit, master, flush } = openWorld({
      initial: {},
      interceptor: (_, { action, path = [] }) =>
        action === 'create' && path.length === 0 ? { rejection: 'no' } : undefined,
    })
    const { proxy } = open()
    const made = proxy.apply({ action: 'create', id: 'list' })
    const batch = proxy.beginFlush()
    const under = proxy.apply({ action: 'create', path: ['list'], parentDefault: {}, props: { n: 1 } })
    proxy.endFlush((await submit(batch)).sync)
    expect(await settled(made)).toMatchObject({ type: 'rejected', reason: 'no' })
    expect(await settled(under)).toEqual({
      type: 'dropped',
      code: 'depends',
      reason: 'What it was made under was refused.',
    })
    await flush(proxy)
    expect(proxy.getDocument()).toEqual({})
    expect(master.getSnapshot()).toEqual({ commandCount: 0, document: {} })
  })
})

describe('An error', () => {
  const { proxy } = openWorld({ initial: { todos: { a: { title: 'tea' } }, list: [1, 2], nothing: null } }).open()
  const wrong: [string, unknown, string, string][] = [
    ['nothing is there', { action: 'update', path: ['todos', 'x', 'y'] }, 'not_found', 'No object at todos/x.'],
    ['null is there', { action: 'create', path: ['nothing', 'a'] }, 'not_found', 'No object at nothing.'],
    ['an array is there', { action: 'delete', path: ['list', '0'] }, 'not_found', 'No object at list.'],
    ['the key is missing', { action: 'delete', path: ['todos', 'x'] }, 'not_found', 'No object at todos/x.'],
    ['the root is to go', { action: 'delete' }, 'invalid_path', 'The root of a document cannot be deleted.'],
    [
      'the id is taken',
      { action: 'create', path: ['todos'], id: 'a' },
      'exists',
      "todos already has 'a': choose another id.",
    ],
    [
      'a prototype is reached',
      { action: 'update', path: ['__proto__'], props: { polluted: 1 } },
      'unsafe_key',
      'The key __proto__ is not allowed: it reaches a prototype.',
    ],
    [
      'there is no such action',
      { action: 'merge' },
      'unsupported',
      'Unknown action; there are create, update, delete.',
    ],
    ['it is no command', null, 'invalid_props', 'A command is an object with an action.'],
    [
      'the path is a text',
      { action: 'delete', path: 'todos' },
      'invalid_path',
      'A path is an array of strings, like ["todos", "42"].',
    ],
  ]

  it.each(wrong)('says what and where, and changes nothing, where %s', (_, command, code, error) => {
    const before = proxy.getDocument()
    expect(proxy.apply(command as Command)).toEqual({ isSuccess: false, code, error })
    expect(proxy.getDocument()).toBe(before)
    expect(proxy.getCommandCount()).toBe(0)
    expect(({} as Json).polluted).toBeUndefined()
  })

  it('does not blame another client for what is there again, or was deleted here', async () => {
    const { open, submit, flush } = openWorld({ initial: { todos: { a: {} } } })
    const [mine, other] = [open(), open()]
    other.proxy.apply({ action: 'delete', path: ['todos', 'a'] })
    other.proxy.apply({ action: 'create', path: ['todos'], id: 'a' })
    await flush(other.proxy)
    mine.proxy.endFlush((await submit(mine.proxy.beginFlush())).sync)
    mine.proxy.apply({ action: 'delete', path: ['todos', 'a'] })
    const error = 'No object at todos/a.'
    expect(mine.proxy.apply({ action: 'update', path: ['todos', 'a'] })).toMatchObject({ error })
    await flush(mine.proxy)
    expect(mine.proxy.apply({ action: 'update', path: ['todos', 'a'] })).toMatchObject({ error })
  })
})

describe('An interceptor at a proxy', () => {
  it('may reject a command, change its props, or fail, before anything is applied', () => {
    const { proxy } = openWorld().open({
      interceptor: (document, command) => {
        const { props } = command as { props?: Json }
        if (props?.title === 'fail') throw new Error('out of paper')
        if (props?.title === '') return { rejection: 'A title, please.' }
        if (props?.title === 'bad') return { newProps: JSON.parse('{"__proto__":{"polluted":1}}') }
        return props?.title ? { newProps: { title: props.title.trim(), of: Object.keys(document).length } } : undefined
      },
    })
    const titled = (title: string) => proxy.apply({ action: 'update', props: { title } })
    expect(titled('')).toEqual({ isSuccess: false, code: 'rejected', error: 'A title, please.' })
    expect(titled('fail')).toEqual({
      isSuccess: false,
      code: 'interceptor_failed',
      error: 'The interceptor failed: out of paper',
    })
    expect(titled('bad')).toMatchObject({ isSuccess: false, code: 'unsafe_key' })
    expect(proxy.getDocument()).toEqual({ todos: {} })
    expect(titled(' tea ').isSuccess).toBe(true)
    expect(proxy.getDocument()).toEqual({ todos: {}, title: 'tea', of: 1 })
    expect(proxy.beginFlush().completions).toEqual([{ command: { action: 'update', props: { title: 'tea', of: 1 } } }])
    expect(proxy.apply({ action: 'create', path: ['todos'], props: {} }).isSuccess).toBe(true)
  })

  it('keeps the parentDefault when it changes the props', () => {
    const { proxy } = openWorld({ initial: {} }).open({ interceptor: () => ({ newProps: { changed: true } }) })
    const made = proxy.apply({
      action: 'create',
      path: ['todos'],
      parentDefault: { first: true },
      props: { changed: false },
    })
    expect(proxy.getDocument()).toEqual({ todos: { first: true, [idOf(made)]: { changed: true } } })
  })
})

describe('A document at a proxy', () => {
  it('never changes once it was handed out, nor with the props that were handed in', () => {
    const { proxy } = openWorld().open()
    const props = { tags: ['a'] }
    proxy.apply({ action: 'update', props })
    const before = proxy.getDocument()
    props.tags.push('b')
    proxy.apply({ action: 'update', props: { tags: [] } })
    expect(before).toEqual({ todos: {}, tags: ['a'] })
  })

  it('does not diverge over what JSON drops', async () => {
    const { open, flush, master } = openWorld()
    const { proxy } = open()
    proxy.apply({
      action: 'update',
      props: { a: undefined, b: Number.NaN, c: -0, d: new Date(0), e: () => 1, f: [undefined] },
    })
    const expected = { todos: {}, b: null, c: 0, d: '1970-01-01T00:00:00.000Z', f: [null] }
    expect(proxy.getDocument()).toStrictEqual(expected)
    await flush(proxy)
    expect(JSON.stringify(master.getSnapshot().document)).toBe(JSON.stringify(proxy.getDocument()))
  })

  it('keeps the order of its keys through a rebase', async () => {
    const { open, submit, flush, master } = openWorld({ initial: { todos: { a: {}, b: {}, c: {} } } })
    const [mine, other] = [open(), open()]
    other.proxy.apply({ action: 'create', path: ['todos'], id: 'd' })
    await flush(other.proxy)
    const batch = mine.proxy.beginFlush()
    mine.proxy.apply({ action: 'delete', path: ['todos', 'a'] })
    mine.proxy.apply({ action: 'create', path: ['todos'], id: 'a' })
    mine.proxy.endFlush((await submit(batch)).sync)
    expect(Object.keys(mine.proxy.getDocument().todos)).toEqual(['b', 'c', 'd', 'a'])
    await flush(mine.proxy)
    expect(JSON.stringify(master.getSnapshot().document)).toBe(JSON.stringify(mine.proxy.getDocument()))
  })
})
