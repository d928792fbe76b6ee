import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { Held } from '../support/controlled-history.ts'
import { quiet } from '../support/manual-time.ts'
import { add, Scene, shopping, titlesOf } from '../support/scene.ts'
import { adding } from '../support/spoken.ts'

const kinds = (messages: readonly ServerMessage[]) =>
  messages.map((message) => (message.type === 'error' ? message.code : message.type))

describe('A command', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('is taken once when its answer is lost and it is sent again', async () => {
    const served = scene.serve()
    const { line, list, events } = await scene.seat(served)
    const held = served.history.holdAppends()
    const milk = add(list, 'milk')
    await held.begun()
    line.cut()
    held.release()
    await quiet()
    expect(list.status.state).toBe('offline')
    await scene.time.pass(1_000)
    expect(await milk.settled).toEqual({ type: 'confirmed', createdId: milk.createdId })
    expect(titlesOf(list)).toEqual(['milk'])
    expect(await scene.titles()).toEqual(['milk'])
    expect(line.heard.filter(({ type }) => type === 'flush')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'rejected' || type === 'dropped' || type === 'unknown')).toEqual([])
  })

  it('is taken once when the line breaks before the host has it', async () => {
    const served = scene.serve()
    const { line, list } = await scene.seat(served)
    line.isFlowing = false
    const milk = add(list, 'milk')
    await quiet()
    expect(line.link?.said).toHaveLength(1)
    line.cut()
    line.isFlowing = true
    await scene.time.pass(1_000)
    expect(await milk.settled).toEqual({ type: 'confirmed', createdId: milk.createdId })
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('is taken once when the host dies between the append and the answer, and another takes its place', async () => {
    const before = scene.serve()
    const { line, list } = await scene.seat(before)
    before.history.append = async (run) => {
      await run()
      scene.crash(before)
      throw new Error('Nobody is left to hear it.')
    }
    const milk = add(list, 'milk')
    await quiet()
    const after = scene.serve()
    line.host = after.host.session()
    line.cut()
    const bread = add(list, 'bread')
    await scene.time.pass(1_000)
    expect((await milk.settled).type).toBe('confirmed')
    expect((await bread.settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })

  it('of an old session that comes behind its resend is not taken again', async () => {
    const served = scene.serve()
    const { line, list } = await scene.seat(served)
    line.isFlowing = false
    line.lingers = true
    add(list, 'milk')
    await quiet()
    const [old] = line.links
    old?.cut()
    line.isFlowing = true
    add(list, 'bread')
    await scene.time.pass(1_000)
    await list.flush()
    old?.toHost()
    await quiet()
    old?.drop()
    const eggs = add(list, 'eggs')
    expect((await eggs.settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['milk', 'bread', 'eggs'])
  })

  it('that is sent twice is answered twice and taken once', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    const flush = {
      type: 'flush',
      document: shopping,
      client: 'me',
      after: 0,
      from: { count: 0, mark: '' },
      completions: [adding('milk')],
    }
    session.say(flush)
    session.say(flush)
    await quiet()
    expect(session.told.slice(-2)).toMatchObject([
      { type: 'flushed', position: { count: 1 }, follows: { count: 0 }, record: { seq: 1, outcome: {} } },
      { type: 'flushed', position: { count: 1 }, record: { seq: 1 } },
    ])
    expect(session.told.at(-1)).not.toHaveProperty('follows')
    session.close()
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('is skipped where the record has it, and what stands behind it is taken', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    await session.flush(shopping, 0, [adding('milk')])
    const [answer] = await session.flush(shopping, 0, [adding('milk'), adding('bread')])
    expect(answer).toMatchObject({ type: 'flushed', position: { count: 2 }, record: { seq: 2, first: 2 } })
    session.close()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })

  it('behind a gap is refused with the record, and nothing of it is taken', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    await session.flush(shopping, 0, [adding('milk')])
    expect(await session.flush(shopping, 2, [adding('bread')])).toMatchObject([
      {
        type: 'error',
        code: 'gap',
        message: 'Commands are missing between 1 and 3.',
        document: shopping,
        client: 'me',
        seq: 2,
        record: { seq: 1, first: 1 },
      },
    ])
    expect(kinds(await session.flush(shopping, 1, [adding('bread')]))).toEqual(['flushed'])
    session.close()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })

  it('under a number that names another is a conflict, and nothing of it is taken', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    await session.flush(shopping, 0, [adding('milk'), adding('bread')])
    expect(await session.flush(shopping, 1, [adding('beer'), adding('wine')])).toMatchObject([
      { type: 'error', code: 'conflict', seq: 1, record: { seq: 2 } },
    ])
    session.close()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })

  it.each(['written', 'not written'] as const)('is taken once when the append fails though it was %s', async (was) => {
    const served = scene.serve()
    const { list, events } = await scene.seat(served)
    const other = await scene.seat(served)
    served.history.failNextAppend(was)
    const milk = add(list, 'milk')
    const bread = add(other.list, 'bread')
    await quiet()
    expect(served.events.at(-1)).toEqual({
      type: 'append_unknown',
      document: shopping,
      reason: 'The store did not answer.',
    })
    await scene.time.pass(100)
    expect(await milk.settled).toEqual({ type: 'confirmed', createdId: milk.createdId })
    expect((await bread.settled).type).toBe('confirmed')
    expect([...events, ...other.events].filter(({ type }) => type === 'rejected')).toEqual([])
    expect((await scene.titles()).sort()).toEqual(['bread', 'milk'])
  })

  it('is taken once when the write of a failed append arrives late', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    let write: () => Promise<unknown> = async () => undefined
    const { append } = served.history
    served.history.append = async (run) => {
      write = run
      served.history.append = append
      throw new Error('The store did not answer.')
    }
    const milk = add(list, 'milk')
    await quiet()
    const held = served.history.holdAppends()
    await scene.time.pass(50)
    await held.begun()
    await write()
    held.release()
    await scene.time.pass(100)
    expect((await milk.settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('is asked for as long as the history does not answer', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    served.history.failNextAppend('written')
    const { record } = served.history
    let asked = 0
    served.history.record = (run, id) => {
      asked += 1
      return asked < 4 ? Promise.reject(new Error('The store is away.')) : record(run, id)
    }
    const milk = add(list, 'milk')
    await scene.time.pass(10_000)
    expect(asked).toBeGreaterThanOrEqual(4)
    expect((await milk.settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('of a flush that is refused as a whole uses up its number, and the next goes on', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    const rename = { command: { action: 'update', path: ['todos', 'nobody'], props: { title: 'x' } } }
    const [answer] = await session.flush(shopping, 0, [rename])
    expect(answer).toMatchObject({
      type: 'flushed',
      position: { count: 0 },
      follows: { count: 0 },
      record: { seq: 1, first: 1, outcome: { rejected: [{ seq: 1, code: 'not_found' }] } },
    })
    expect(kinds(await session.flush(shopping, 0, [rename]))).toEqual(['flushed'])
    expect(await session.flush(shopping, 1, [adding('milk')])).toMatchObject([
      { type: 'flushed', record: { seq: 2, outcome: {} } },
    ])
    session.close()
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('made under a create that was taken under another id follows it, also when it comes with a later flush', async () => {
    const session = await scene.talk(scene.serve())
    await session.open(shopping)
    await session.flush(shopping, 0, [adding('milk', 'a')])
    const update = { command: { action: 'update', path: ['todos', 'a'], props: { done: true } } }
    const [, renamed] =
      (await session.open(shopping, 'other')) && (await session.flush(shopping, 0, [adding('tea', 'a')], 'other'))
    expect(renamed).toBeDefined()
    await session.flush(shopping, 0, [adding('tea', 'a'), update], 'other')
    const { host } = scene.serve()
    const master = await host.open(shopping)
    expect(Object.values(master.getSnapshot().document.todos)).toEqual([
      { title: 'milk' },
      { title: 'tea', done: true },
    ])
    master.close()
    session.close()
  })

  it('made under a create that was refused is refused with it, also when it comes with a later flush', async () => {
    const interceptor = (_: object, command: { action: string }) =>
      command.action === 'create' ? { rejection: 'No.' } : undefined
    const served = scene.serve({ documents: { list: { initial: { title: '', todos: {} }, interceptor } } })
    const session = await scene.talk(served)
    await session.open(shopping)
    const under = { command: { action: 'update', path: ['todos', 'a'], props: { done: true } } }
    await session.flush(shopping, 0, [adding('milk', 'a')])
    const [answer] = await session.flush(shopping, 0, [adding('milk', 'a'), under])
    expect(answer).toMatchObject({ record: { seq: 2, outcome: { rejected: [{ seq: 2, code: 'depends' }] } } })
    session.close()
  })
})

describe('Two hosts over one history', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('take everybody’s commands once, in one order, however their appends race', async () => {
    const [north, south] = [scene.serve(), scene.serve()]
    const guests = await Promise.all([scene.seat(north), scene.seat(south), scene.seat(north), scene.seat(south)])
    const made = guests.flatMap(({ list }, i) => Array.from({ length: 5 }, (_, n) => add(list, `${i}-${n}`)))
    await scene.time.pass(1_000)
    for (const result of made) expect((await result.settled).type).toBe('confirmed')
    const titles = await scene.titles()
    expect([...titles].sort()).toEqual(
      guests.flatMap((_, i) => Array.from({ length: 5 }, (__, n) => `${i}-${n}`)).sort(),
    )
    for (const { list } of guests) expect(titlesOf(list)).toEqual(titles)
    for (const i of guests.keys()) {
      expect(titles.filter((title) => title.startsWith(`${i}-`))).toEqual([0, 1, 2, 3, 4].map((n) => `${i}-${n}`))
    }
  })

  it('judge a flush again on what came first when its append lost the race', async () => {
    const interceptor = ({ todos }: { todos: object }, command: { action: string }) =>
      command.action === 'create' && Object.keys(todos).length >= 1 ? { rejection: 'One is enough.' } : undefined
    const documents = { list: { initial: { title: '', todos: {} }, interceptor } }
    const [north, south] = [scene.serve({ documents }), scene.serve({ documents })]
    const [ann, bob] = [await scene.seat(north), await scene.seat(south)]
    const held = south.history.holdAppends()
    const beer = add(bob.list, 'beer')
    await held.begun()
    expect((await add(ann.list, 'milk').settled).type).toBe('confirmed')
    held.release()
    await scene.time.pass(100)
    expect(await beer.settled).toEqual({ type: 'rejected', code: 'rejected', reason: 'One is enough.' })
    expect(titlesOf(bob.list)).toEqual(['milk'])
  })

  it('let a client whose flush was refused as a whole go on at the one that has not heard of it', async () => {
    const [north, south] = [scene.serve(), scene.serve()]
    const here = await scene.talk(north)
    const there = await scene.talk(south)
    await there.open(shopping, 'somebody')
    south.history.reads = new Held()
    await here.open(shopping)
    await here.flush(shopping, 0, [{ command: { action: 'delete', path: ['todos', 'nobody'] } }])
    here.close()
    // Only the head knows the record, so the answer waits until it is reached.
    expect(await there.open(shopping)).toEqual([])
    south.history.reads.release()
    await quiet()
    expect(there.told.at(-2)).toMatchObject({
      type: 'flushed',
      record: { seq: 1, outcome: { rejected: [{ seq: 1 }] } },
    })
    expect(await there.flush(shopping, 1, [adding('bread')])).toMatchObject([
      { type: 'flushed' },
      { type: 'commands', after: 1, last: 2 },
    ])
    there.close()
    expect(await scene.titles()).toEqual(['bread'])
  })

  it('never say what only the head knows from what one of them remembers', async () => {
    const [north, south] = [scene.serve(), scene.serve()]
    const here = await scene.talk(north)
    const there = await scene.talk(south)
    await there.open(shopping)
    south.history.reads = new Held()
    await here.open(shopping)
    await here.flush(shopping, 0, [adding('milk')])
    here.close()
    // The record that it knows ends at 0, so 2 would be behind a gap.
    expect(await there.flush(shopping, 1, [adding('bread')])).toEqual([])
    south.history.reads.release()
    await quiet()
    expect(there.told.at(-1)).toMatchObject({ type: 'flushed', position: { count: 2 }, record: { seq: 2, first: 2 } })
    there.close()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })
})

describe('Who may only read', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('gets commands back as forbidden, and sees what others do', async () => {
    const served = scene.serve({ authorize: ({ subject }) => (subject === 'ann' ? 'write' : 'read') })
    const ann = await scene.seat(served, { info: { subject: 'ann' } })
    const bob = await scene.seat(served, { info: { subject: 'bob' } })
    const milk = add(bob.list, 'milk')
    expect(await milk.settled).toEqual({
      type: 'rejected',
      code: 'forbidden',
      reason: `You may read '${shopping}', not change it.`,
    })
    expect(bob.events.filter(({ type }) => type === 'rejected')).toHaveLength(1)
    await add(ann.list, 'bread').settled
    expect(titlesOf(bob.list)).toEqual(['bread'])
  })

  it('is answered from the record for what was taken while it might write', async () => {
    let right: 'write' | 'read' = 'write'
    const served = scene.serve({ authorize: () => right })
    const { line, list } = await scene.seat(served)
    const held = served.history.holdAppends()
    const milk = add(list, 'milk')
    await held.begun()
    line.cut()
    right = 'read'
    const bread = add(list, 'bread')
    held.release()
    await scene.time.pass(1_000)
    expect((await milk.settled).type).toBe('confirmed')
    expect(await bread.settled).toMatchObject({ type: 'rejected', code: 'forbidden' })
    expect(titlesOf(list)).toEqual(['milk'])
    expect(await scene.titles()).toEqual(['milk'])
  })
})
