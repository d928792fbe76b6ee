import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Command, CommandCompletion, CompletionBatch } from '../../lib/flushout.ts'
import { DocumentProxy } from '../../lib/proxy.ts'
import { quiet } from '../support/manual-time.ts'
import { add, emptyList, Scene, type Served, shopping, type TodoList, titlesOf } from '../support/scene.ts'
import { adding } from '../support/spoken.ts'

const batch = (...completions: unknown[]) => ({ from: 0, completions: completions as CommandCompletion[] })
const titles = ({ todos }: TodoList) => Object.values(todos).map(({ title }) => title)

describe('A document for server code', () => {
  let scene: Scene
  let served: Served
  beforeEach(() => {
    scene = new Scene()
    served = scene.serve()
  })
  afterEach(() => scene.close())

  it('is written in the order of the calls, together with what clients send', async () => {
    const { list } = await scene.seat(served)
    const master = await served.host.open(shopping)
    const applied = [1, 2, 3].map((n) => master.apply(batch(adding(`server ${n}`))))
    add(list, 'client')
    const results = await Promise.all(applied)
    await list.flush()
    await quiet()
    expect(results.map(({ applied: { from } }) => from)).toEqual([0, 1, 2])
    expect(titles(master.getSnapshot().document)).toEqual(['server 1', 'server 2', 'server 3', 'client'])
    expect(titlesOf(list)).toEqual(['server 1', 'server 2', 'server 3', 'client'])
    master.close()
  })

  it('shows what is confirmed alone, while an append is under way', async () => {
    const { list } = await scene.seat(served)
    const master = await served.host.open(shopping)
    const [documents, commands, events]: [TodoList[], unknown[], unknown[]] = [[], [], []]
    master.document$.subscribe((document) => documents.push(document))
    master.commands$.subscribe((command) => commands.push(command))
    master.sync$.subscribe((event) => events.push(event))
    const held = served.history.holdAppends()
    add(list, 'milk')
    await held.begun()
    const applying = master.apply(batch(adding('bread')))
    await quiet()
    expect(master.getSnapshot()).toEqual({ commandCount: 0, document: emptyList })
    expect(documents).toEqual([emptyList])
    expect([...commands, ...events]).toEqual([])
    held.release()
    await applying
    expect(master.getSnapshot().commandCount).toBe(2)
    expect(documents.map(titles)).toEqual([[], ['milk'], ['milk', 'bread']])
    expect(commands).toMatchObject([
      { command: { props: { title: 'milk' } }, isLocal: false, origin: { seq: 1 } },
      { command: { props: { title: 'bread' } }, isLocal: false, origin: { seq: 1 } },
    ])
    expect(events).toEqual([
      { type: 'applied', from: 0, commands: 1, rejected: 0 },
      { type: 'applied', from: 1, commands: 1, rejected: 0 },
    ])
    master.close()
  })

  it('says what was refused and why, and takes the rest', async () => {
    const master = await served.host.open(shopping)
    const result = await master.apply(batch({ command: { action: 'delete', path: ['todos', 'x'] } }, adding('milk')))
    expect(result).toEqual({
      applied: { from: 0, completions: [adding('milk')] },
      sync: expect.objectContaining({ isPartial: true, diff: { from: 0, completions: [adding('milk')] } }),
      errors: [{ action: 'delete', path: ['todos', 'x'], errorMessage: 'No object at todos/x.' }],
    })
    expect(await master.apply({ from: 1, completions: [adding('bread')] as CommandCompletion[] })).toEqual({
      applied: { from: 1, completions: [adding('bread')] },
    })
    expect(await master.apply({ from: 2, completions: [] })).toEqual({ applied: { from: 2, completions: [] } })
    master.close()
  })

  it('brings a manual proxy up to date, whose ids were taken', async () => {
    const master = await served.host.open(shopping)
    await master.apply(batch(adding('milk', '1')))
    const proxy = new DocumentProxy<TodoList>(master.getSnapshot())
    const tea = proxy.apply({ action: 'create', path: ['todos'], props: { title: 'tea' } })
    await master.apply({
      from: 1,
      completions: [adding('beer', tea.isSuccess ? (tea.createdId as string) : '')] as CommandCompletion[],
    })
    const { sync } = await master.apply(proxy.beginFlush())
    const { idsChanged } = proxy.endFlush(sync)
    expect(idsChanged).toBe(true)
    expect(proxy.getDocument()).toEqual(master.getSnapshot().document)
    expect(titles(proxy.getDocument())).toEqual(['milk', 'beer', 'tea'])
    master.close()
  })

  it('takes a flush once when its append fails though it was written, and says what became of it', async () => {
    const master = await served.host.open(shopping)
    served.history.failNextAppend('written')
    const first = master.apply(batch(adding('milk'), { command: { action: 'delete', path: ['todos', 'x'] } }))
    const second = master.apply(batch(adding('bread')))
    await scene.time.pass(1_000)
    expect(await first).toMatchObject({
      applied: { from: 0, completions: [adding('milk')] },
      errors: [{ action: 'delete' }],
    })
    expect(await second).toMatchObject({ applied: { from: 1, completions: [adding('bread')] } })
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    master.close()
  })

  it('refuses a flush that is too large, and takes the next', async () => {
    const master = await served.host.open(shopping)
    await expect(master.apply(batch(adding('x'.repeat(1_400_000), 'x')))).rejects.toMatchObject({
      code: 'too_large',
      message: 'Flush refused: 1.4 MB, this host takes 1 MB (limits.flushBytes).',
    })
    expect(await master.apply(batch(adding('milk')))).toMatchObject({ applied: { completions: [adding('milk')] } })
    master.close()
  })

  it('takes what cannot be written as JSON as a bad command, alone', async () => {
    const master = await served.host.open(shopping)
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const bad = [cycle, { many: 10n }].map((props) => ({ command: { action: 'update', props } }))
    const { errors, applied } = await master.apply(batch(...bad, adding('milk')))
    expect(errors).toHaveLength(2)
    expect(applied.completions).toEqual([adding('milk')])
    master.close()
  })

  it('refuses what is no flush, as a whole, and goes on', async () => {
    const master = await served.host.open(shopping)
    const { list } = await scene.seat(served)
    const delivered = { command: { action: 'create', path: ['todos'] }, createdId: 5 }
    const bad = [...[{}, { command: null }, delivered].map((completion) => batch(completion)), {}, null]
    const refused = bad.map((flush) => master.apply(flush as CompletionBatch).catch(({ code }) => code))
    const applied = master.apply(batch(adding('milk')))
    expect(await Promise.all(refused)).toEqual(bad.map(() => 'invalid_message'))
    expect(await applied).toMatchObject({ applied: { completions: [adding('milk')] } })
    add(list, 'bread')
    await list.flush()
    expect(titlesOf(list)).toEqual(['milk', 'bread'])
    master.close()
  })

  it('fails a flush that is taken apart while it waits, and nobody beside it', async () => {
    const master = await served.host.open(shopping)
    const torn = { command: { action: 'dance' } }
    const before = master.apply(batch(adding('milk')))
    const failing = master.apply(batch(adding('never'), torn))
    const after = master.apply(batch(adding('bread')))
    Object.defineProperty(torn.command, 'path', {
      get: () => {
        throw new Error('torn')
      },
    })
    await expect(failing).rejects.toThrow('torn')
    await Promise.all([before, after])
    expect(titles(master.getSnapshot().document)).toEqual(['milk', 'bread'])
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    master.close()
  })

  it('does not mind what happens to a command while it waits for its turn', async () => {
    const master = await served.host.open(shopping)
    const held = served.history.holdAppends()
    void master.apply(batch(adding('first')))
    await held.begun()
    const waiting = adding('milk')
    const applying = master.apply(batch(waiting))
    waiting.command.props.title = 'beer'
    held.release()
    await applying
    expect(titles(master.getSnapshot().document)).toEqual(['first', 'milk'])
    master.close()
  })

  it('is written in the name of whom it is done for', async () => {
    const told: unknown[] = []
    const interceptor = (_: object, __: Command, context?: { subject: string }) => {
      told.push(context?.subject)
      return undefined
    }
    const { host } = scene.serve({ documents: { list: { initial: emptyList, interceptor } } })
    const master = await host.open(shopping)
    await master.apply(batch(adding('a')))
    await master.apply(batch(adding('b')), { subject: 'ann' })
    await master.apply(batch(adding('c')))
    expect(told).toEqual(['host', 'ann', 'host'])
    expect(await scene.titles()).toEqual(['a', 'b', 'c'])
    master.close()
  })

  it('keeps its document open until it is closed, and then answers no more', async () => {
    const short = scene.serve({ idleTime: 100 })
    const master = await short.host.open(shopping)
    const again = await short.host.open(shopping)
    await scene.time.pass(1_000)
    expect(short.host.counts.documents).toBe(1)
    let isComplete = false
    master.document$.subscribe({ complete: () => (isComplete = true) })
    master.close()
    master.close()
    expect(isComplete).toBe(true)
    await expect(master.apply(batch(adding('milk')))).rejects.toMatchObject({ code: 'closed' })
    await scene.time.pass(1_000)
    expect(short.host.counts.documents).toBe(1)
    again.close()
    await scene.time.pass(100)
    expect(short.host.counts.documents).toBe(0)
  })

  it('completes when its host is closed, which is not a loss', async () => {
    const master = await served.host.open(shopping)
    const events: unknown[] = []
    let isComplete = false
    master.sync$.subscribe({ next: (event) => events.push(event), complete: () => (isComplete = true) })
    await served.host.close()
    expect(isComplete).toBe(true)
    expect(events).toEqual([])
  })

  it('says that its history is lost, and completes', async () => {
    const master = await served.host.open(shopping)
    await master.apply(batch(adding('milk')))
    const events: unknown[] = []
    master.sync$.subscribe((event) => events.push(event))
    served.history.append = async () => ({ type: 'not_at_head', head: undefined })
    await expect(master.apply(batch(adding('bread')))).rejects.toMatchObject({ code: 'regressed' })
    expect(events).toEqual([{ type: 'lost_history', commandCount: 1 }])
  })
})
