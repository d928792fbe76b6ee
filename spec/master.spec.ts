// biome-ignore-all lint/suspicious/noExplicitAny: documents of any shape, as Flushout users have them
import { describe, expect, it } from '@jest/globals'
import {
  type CommandCompletion,
  type CommandEvent,
  type CompletionBatch,
  type Interceptor,
  Master,
  type MasterEvent,
  Proxy,
  type Snapshot,
} from '../lib/index.ts'
import { freezeDeep } from './support/freeze.ts'

type Json = Record<string, any>

const initial = (): Snapshot<Json> => ({ commandCount: 0, document: { title: '', todos: {} } })
const titled = (title: string, from = 0): CompletionBatch => ({
  from,
  completions: [{ command: { action: 'update', props: { title } } }],
})
const creating = (createdId: string, from = 0): CompletionBatch => ({
  from,
  completions: [{ command: { action: 'create', path: ['todos'], props: { from } }, createdId }],
})

describe('A master', () => {
  it('applies flushes in the order of the calls, each before its promise is there', async () => {
    const master = new Master<Json>(initial())
    const answers = ['one', 'two', 'three'].map((title, i) => {
      const answer = master.apply(titled(title, i))
      expect(master.getSnapshot()).toMatchObject({ commandCount: i + 1, document: { title } })
      return answer
    })
    const resolved: number[] = []
    await Promise.all(answers.map((answer, i) => answer.then(() => resolved.push(i))))
    expect(resolved).toEqual([0, 1, 2])
    expect((await answers[2])?.applied).toEqual(titled('three', 2))
  })

  it('says nothing of a sync where a flush was taken as it was', async () => {
    const answer = await new Master<Json>(initial()).apply(titled('one'))
    expect(answer).toEqual({ applied: titled('one') })
  })

  it('applies a flush without origin as often as it comes', async () => {
    const master = new Master<Json>(initial())
    await master.apply(creating('a'))
    const { applied, sync } = await master.apply(creating('a'))
    const { createdId } = applied.completions[0] as CommandCompletion
    expect(createdId).not.toBe('a')
    expect(sync?.mappedPaths).toEqual({ 'todos,a': ['todos', createdId] })
    expect(Object.keys(master.getSnapshot().document.todos)).toEqual(['a', createdId])
  })

  it('takes what it can of a flush, and says why not the rest', async () => {
    const master = new Master<Json>(initial(), {
      interceptor: (_, { action }) => (action === 'delete' ? { rejection: 'Nothing is deleted here.' } : undefined),
    })
    const { applied, errors, sync } = await master.apply({
      from: 0,
      completions: [
        { command: { action: 'update', path: ['todos', 'x'], props: { a: 1 } } },
        { command: { action: 'delete', path: ['title'] } },
        { command: { action: 'update', path: ['__proto__'], props: { polluted: 1 } } },
        { command: { action: 'merge' } as never },
        ...titled('taken').completions,
      ],
    })
    expect(applied).toEqual(titled('taken'))
    expect(errors).toEqual([
      { action: 'update', path: ['todos', 'x'], errorMessage: 'No object at todos/x.' },
      { action: 'delete', path: ['title'], errorMessage: 'Nothing is deleted here.' },
      {
        action: 'update',
        path: ['__proto__'],
        errorMessage: 'The key __proto__ is not allowed: it reaches a prototype.',
      },
      { action: 'merge', path: [], errorMessage: 'Unknown action; there are create, update, delete.' },
    ])
    expect(sync).toMatchObject({ isPartial: true, diff: { from: 0, completions: titled('taken').completions } })
    expect(({} as Json).polluted).toBeUndefined()
  })

  it('refuses what was made under a create that it refused, whatever its parentDefault', async () => {
    const master = new Master<Json>(initial(), {
      interceptor: (_, command) =>
        (command as Json).props?.title === '' ? { rejection: 'A title, please.' } : undefined,
    })
    const { applied, errors } = await master.apply({
      from: 0,
      completions: [
        { command: { action: 'create', path: ['todos'], props: { title: '' } }, createdId: 'a' },
        { command: { action: 'create', path: ['todos', 'a'], parentDefault: {}, props: {} }, createdId: 'b' },
        { command: { action: 'create', path: ['todos'], props: { title: 'tea' } }, createdId: 'a' },
        { command: { action: 'update', path: ['todos', 'a'], props: { done: true } } },
      ],
    })
    expect(errors?.map(({ errorMessage }) => errorMessage)).toEqual([
      'A title, please.',
      'What it was made under was refused.',
    ])
    expect(applied.completions).toHaveLength(2)
    expect(master.getSnapshot().document.todos).toEqual({ a: { title: 'tea', done: true } })
  })

  it('hands its interceptor the document as it is at that command, and the context of the flush', async () => {
    const seen: unknown[] = []
    const master = new Master<Json, { user: string }>(initial(), {
      interceptor: (document, command, context) => {
        seen.push([document.title, command.action, context?.user])
        return { newProps: { ...(command as Json).props, by: context?.user } }
      },
    })
    const batch = { from: 0, completions: [...titled('one').completions, ...titled('two').completions] }
    const { applied, sync } = await master.apply(batch, { user: 'ann' })
    expect(seen).toEqual([
      ['', 'update', 'ann'],
      ['one', 'update', 'ann'],
    ])
    expect(master.getSnapshot().document).toMatchObject({ title: 'two', by: 'ann' })
    expect(sync?.isPartial && sync.diff).toEqual(applied)
  })

  it.each([
    ['a promise', async () => ({ rejection: 'too late' })],
    ['a promise that fails', async () => Promise.reject(new Error('too late'))],
    ['an empty object', () => ({})],
    ['a truth', () => true],
  ])('rejects a command whose interceptor answers %s, and keeps its props', async (_, interceptor) => {
    const master = new Master(
      { commandCount: 0, document: { title: 'a' } },
      { interceptor: interceptor as unknown as Interceptor<{ title: string }> },
    )
    const command = { action: 'update' as const, props: { title: 'b' } }
    const { errors, sync } = await master.apply({ from: 0, completions: [{ command }] })
    const errorMessage = 'The interceptor failed: it must answer at once, with nothing, {newProps} or {rejection}.'
    expect(errors).toEqual([{ action: 'update', path: [], errorMessage }])
    expect(sync?.outcome?.rejected).toMatchObject([{ code: 'interceptor_failed' }])
    expect(master.getSnapshot()).toEqual({ commandCount: 0, document: { title: 'a' } })
  })

  it('rejects a command whose interceptor throws, and nothing else happens', async () => {
    const master = new Master<Json>(initial(), {
      interceptor: (_, command) => {
        if ((command as Json).props.title === 'one') throw new Error('out of paper')
        return undefined
      },
    })
    const batch = { from: 0, completions: [...titled('one').completions, ...titled('two').completions] }
    const { applied, errors } = await master.apply(batch)
    expect(errors).toEqual([{ action: 'update', path: [], errorMessage: 'The interceptor failed: out of paper' }])
    expect(applied.completions).toEqual(titled('two').completions)
  })

  it('sends what a proxy lacks where its history reaches back, and the whole document where not', async () => {
    const history: CommandCompletion[] = []
    const asked: [number, number][] = []
    let give: (from: number, to: number) => Promise<CommandCompletion[] | undefined> = async () => undefined
    const master = new Master<Json>(initial(), {
      historyProvider: (from, to) => {
        asked.push([from, to])
        return give(from, to)
      },
    })
    const events: MasterEvent[] = []
    master.sync$.subscribe((event) => events.push(event))
    for (const title of ['one', 'two'])
      history.push(...(await master.apply(titled(title, history.length))).applied.completions)
    expect(asked).toEqual([])

    const gives: [typeof give, boolean][] = [
      [async (from, to) => history.slice(from, to), true],
      [async () => undefined, false],
      [async () => [], false],
      [async () => [...history, ...history], false],
      [() => Promise.reject(new Error('disk full')), false],
    ]
    for (const [provider, isPartial] of gives) {
      give = provider
      const { sync, applied } = await master.apply(titled('stale'))
      history.push(...applied.completions)
      expect(sync?.isPartial).toBe(isPartial)
      if (sync?.isPartial) expect(sync.diff).toEqual({ from: 0, completions: history })
      else expect(sync?.latest).toEqual(master.getSnapshot())
    }
    expect(asked).toEqual([2, 3, 4, 5, 6].map((to) => [0, to]))
    expect(events).toContainEqual({ type: 'history_failed', reason: 'disk full' })
  })

  it('sends the whole document to a proxy that claims to stand above it', async () => {
    const master = new Master<Json>(initial(), {
      historyProvider: async (from, to) => new Array(Math.max(0, to - from)),
    })
    const { sync, applied } = await master.apply(titled('one', 99))
    expect(applied.from).toBe(0)
    expect(sync).toMatchObject({ isPartial: false, latest: { commandCount: 1 } })
  })

  it('refuses what is no flush, and goes on', async () => {
    const master = new Master<Json>(initial())
    const hostile: unknown[] = [
      undefined,
      null,
      [],
      'flush',
      {},
      { from: 0 },
      { from: 0, completions: null },
      { from: 0, completions: [null] },
      { from: 0, completions: [...titled('half').completions, { command: null }] },
      { from: 0, completions: [{ command: { action: 'create' }, createdId: 5 }] },
      { from: '0', completions: [] },
      { from: -1, completions: [] },
      { from: 1.5, completions: [] },
    ]
    for (const batch of hostile) {
      await expect(master.apply(batch as CompletionBatch)).rejects.toMatchObject({ code: 'invalid_message' })
    }
    const ids: CompletionBatch = {
      from: 0,
      completions: ['__proto__', 'constructor'].map((createdId) => ({
        command: { action: 'create', path: ['todos'], props: { polluted: 1 } },
        createdId,
      })),
    }
    expect((await master.apply(ids)).errors).toHaveLength(2)
    expect(({} as Json).polluted).toBeUndefined()
    expect(master.getSnapshot()).toEqual(initial())
    expect((await master.apply(titled('fine'))).sync).toBeUndefined()
  })

  it('hands out snapshots that never change', async () => {
    const master = new Master<Json>(initial())
    await master.apply(creating('a'))
    const snapshot = freezeDeep(master.getSnapshot())
    const text = JSON.stringify(snapshot)
    await master.apply({
      from: 1,
      completions: [{ command: { action: 'update', path: ['todos', 'a'], props: { done: true } } }],
    })
    await master.apply({ from: 2, completions: [{ command: { action: 'delete', path: ['todos', 'a'] } }] })
    expect(JSON.stringify(snapshot)).toBe(text)
    expect(master.getSnapshot().document.todos).toEqual({})
  })

  it('tells what is confirmed, as it is confirmed', async () => {
    const master = new Master<Json>(initial(), {
      interceptor: (_, { path = [] }) => (path[0] === 'locked' ? { rejection: 'locked' } : undefined),
    })
    const titles: string[] = []
    const commands: CommandEvent[] = []
    const events: MasterEvent[] = []
    let completed = 0
    master.document$.subscribe({ next: ({ title }) => titles.push(title), complete: () => completed++ })
    master.commands$.subscribe({ next: (event) => commands.push(event), complete: () => completed++ })
    master.sync$.subscribe({ next: (event) => events.push(event), complete: () => completed++ })
    const refused: CompletionBatch = { from: 2, completions: [{ command: { action: 'update', path: ['locked'] } }] }
    const answers = [master.apply(titled('one')), master.apply(titled('two', 1)), master.apply(refused)]
    expect(titles).toEqual(['', 'one', 'two'])
    expect(commands.map(({ command, isLocal }) => [(command as Json).props.title, isLocal])).toEqual([
      ['one', false],
      ['two', false],
    ])
    expect(events).toEqual([
      { type: 'applied', from: 0, commands: 1, rejected: 0 },
      { type: 'applied', from: 1, commands: 1, rejected: 0 },
      { type: 'applied', from: 2, commands: 0, rejected: 1 },
    ])
    master.close()
    master.close()
    expect(completed).toBe(3)
    await Promise.all(answers)
  })

  it('reads a delete as flushout 1 spelled it, and writes it as it is spelled now', async () => {
    const master = new Master<Json>({ commandCount: 0, document: { a: 1 } })
    const old = { from: 0, completions: [{ command: { action: 'detete', path: ['a'] } }] } as unknown as CompletionBatch
    const { applied, sync } = await master.apply(old)
    expect(applied.completions).toEqual([{ command: { action: 'delete', path: ['a'] } }])
    expect(sync).toBeUndefined()
    const history = old.completions
    const reading = new Master<Json>({ commandCount: 1, document: {} }, { historyProvider: async () => history })
    const proxy = new Proxy<Json>({ commandCount: 0, document: { a: 1 } })
    proxy.endFlush((await reading.apply(proxy.beginFlush())).sync)
    expect(proxy.getDocument()).toEqual({})
    expect(proxy.getCommandCount()).toBe(1)
  })
})
