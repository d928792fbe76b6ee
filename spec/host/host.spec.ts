import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, Subject } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import { MillraceError } from '../../lib/errors.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import { Held } from '../support/controlled-history.ts'
import { quiet } from '../support/manual-time.ts'
import { add, emptyList, list as kind, Scene, shopping, titlesOf } from '../support/scene.ts'
import { adding } from '../support/spoken.ts'

describe('A host', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('opens a document when somebody asks for it, and closes it when nobody has held it for a while', async () => {
    const served = scene.serve({ idleTime: 5_000 })
    expect(served.host.counts).toEqual({ sessions: 0, documents: 0 })
    const { list } = await scene.seat(served)
    expect(served.host.counts).toEqual({ sessions: 1, documents: 1 })
    list.close()
    await scene.time.pass(4_999)
    expect(served.host.counts.documents).toBe(1)
    await scene.time.pass(1)
    expect(served.host.counts.documents).toBe(0)
    expect(served.events.map(({ type }) => type)).toEqual(['document_opened', 'document_closed'])
  })

  it('keeps a document open that somebody comes back to', async () => {
    const served = scene.serve({ idleTime: 5_000 })
    const first = await scene.talk(served)
    await first.open(shopping)
    first.close()
    await scene.time.pass(4_000)
    const second = await scene.talk(served)
    await second.open(shopping)
    await scene.time.pass(10_000)
    expect(served.events.map(({ type }) => type)).toEqual(['document_opened'])
    second.close()
  })

  it('keeps a snapshot when it closes a document, and begins from it', async () => {
    const served = scene.serve({ idleTime: 100 })
    const { client, list } = await scene.seat(served)
    await add(list, 'milk').settled
    const saved: unknown[] = []
    const { save } = served.history
    served.history.save = (run, id) => {
      saved.push(id)
      return save(run, id)
    }
    client.close()
    await scene.time.pass(100)
    expect(saved).toEqual([shopping])
    const loaded = await scene.memory.open(shopping).load()
    expect(loaded?.snapshot).toEqual({ commandCount: 1, document: list.getDocument() })
  })

  it('keeps a snapshot now and then', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    for (let i = 0; i < 1_200; i++) list.apply({ action: 'update', props: { title: `${i}` } })
    await list.flush()
    await quiet()
    expect((await scene.memory.open(shopping).load())?.snapshot.commandCount).toBeGreaterThanOrEqual(1_000)
  })

  it('goes on, and says so, where a snapshot cannot be kept', async () => {
    const served = scene.serve({ idleTime: 100 })
    served.history.save = () => Promise.reject(new Error('The disk is full.'))
    const { client, list } = await scene.seat(served)
    await add(list, 'milk').settled
    client.close()
    await scene.time.pass(100)
    expect(served.events).toContainEqual({ type: 'save_failed', document: shopping, reason: 'The disk is full.' })
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('says that a document cannot be served where its history cannot be loaded, and serves it later', async () => {
    const served = scene.serve()
    const { load } = served.history
    served.history.load = () => Promise.reject(new MillraceError('unavailable', 'The store is away.'))
    const { list } = scene.join(served)
    await quiet()
    expect(list.status.state).toBe('loading')
    expect(served.host.counts.documents).toBe(0)
    served.history.load = load
    await scene.time.pass(1_000)
    expect(list.status.state).toBe('live')
    expect(scene.time.timers).toBe(0)
  })

  it('refuses with the reason a name that has no kind, and a kind that there is not', async () => {
    const { host } = scene.serve()
    await expect(host.open('shopping' as never)).rejects.toMatchObject({
      code: 'invalid_id',
      message: `'shopping' has no kind; documents knows: list. Write 'list/shopping'.`,
    })
    for (const id of ['list/', '/shopping', ''])
      await expect(host.open(id as never)).rejects.toMatchObject({ code: 'invalid_id' })
    await expect(host.open('constructor/x' as never)).rejects.toMatchObject({ code: 'refused' })
  })

  it('finishes what is under way when it closes, and ends every session', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    const master = await served.host.open(shopping)
    const held = served.history.holdAppends()
    add(list, 'milk')
    await held.begun()
    const applied = master.apply({ from: 0, completions: [adding('bread')] as never })
    let isClosed = false
    const closing = served.host.close().then(() => {
      isClosed = true
    })
    await quiet()
    expect(isClosed).toBe(false)
    expect(served.host.counts.sessions).toBe(0)
    expect(list.status.state).toBe('offline')
    held.release()
    await closing
    expect((await applied).applied.completions).toHaveLength(1)
    expect(served.history.isClosed).toBe(true)
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    await expect(served.host.open(shopping)).rejects.toMatchObject({ code: 'unavailable' })
    expect(served.host.close()).toBe(served.host.close())
  })

  it('closes although its history is away', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    served.history.append = () => Promise.reject(new Error('The store is away.'))
    served.history.record = () => Promise.reject(new Error('The store is away.'))
    add(list, 'milk')
    await quiet()
    const closing = served.host.close()
    await scene.time.pass(10_000)
    await closing
  })

  it('stops a document with an alarm when its history is gone', async () => {
    let memory: HistoryAdapter = memoryHistory()
    const now: Pick<HistoryAdapter, 'open'> = { open: (id) => memory.open(id) }
    const first = new Scene({ ...memory, open: (id) => delegate(() => now.open(id)) } as HistoryAdapter)
    const served = first.serve()
    const { list } = await first.seat(served)
    await add(list, 'milk').settled
    memory = memoryHistory()
    const bread = add(list, 'bread')
    await quiet()
    expect(served.events.filter(({ type }) => type === 'history_lost')).toEqual([
      {
        type: 'history_lost',
        document: shopping,
        reason: `The history of '${shopping}' no longer holds what this host has (1).`,
        position: { count: 1, mark: expect.any(String) },
        action: 'stop',
      },
    ])
    await first.time.pass(60_000)
    expect(list.status.state).toBe('offline')
    expect(titlesOf(list)).toEqual(['milk', 'bread'])
    await expect(served.host.open(shopping)).rejects.toMatchObject({ code: 'unavailable' })
    list.close()
    expect(await bread.settled).toMatchObject({ type: 'unknown' })
    await first.close()
  })

  it('stops a document with an alarm when its history has gone back', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    await add(list, 'milk').settled
    await add(list, 'bread').settled
    const { append, record } = served.history
    const older = { count: 1, mark: served.history.appends[0]?.batches[0]?.mark as string }
    served.history.append = async () => ({ type: 'not_at_head', head: older })
    served.history.record = async () => ({ record: undefined, head: older })
    add(list, 'eggs')
    await scene.time.pass(1_000)
    expect(served.events.map(({ type }) => type)).toContain('history_lost')
    Object.assign(served.history, { append, record })
  })

  it('gives the whole document where what a client lacks was trimmed', async () => {
    const trimmed = new Scene(memoryHistory({ retention: { commands: 2 } }))
    const served = trimmed.serve({ idleTime: 100 })
    const [ann, bob] = [await trimmed.seat(served), await trimmed.seat(served)]
    const session = bob.line.host
    bob.line.host = undefined
    bob.line.cut()
    add(bob.list, 'mine')
    for (let i = 0; i < 10; i++) await add(ann.list, `${i}`).settled
    ann.client.close()
    await trimmed.time.pass(100)
    bob.line.host = session
    await trimmed.time.pass(30_000)
    await bob.list.flush()
    expect(titlesOf(bob.list)).toEqual([...Array(10).keys()].map(String).concat('mine'))
    expect(bob.events.map(({ type }) => type)).not.toContain('regressed')
    await trimmed.close()
  })

  it('takes over what another host began with another initial document', async () => {
    const mine = scene.serve()
    const theirs = scene.serve({ documents: { list: { ...kind, initial: { title: 'Theirs', todos: {} } } } })
    const [ann, bob] = [await scene.seat(mine), await scene.seat(theirs)]
    expect(ann.list.getDocument().title).toBe('')
    await add(bob.list, 'bread').settled
    const milk = add(ann.list, 'milk')
    await scene.time.pass(5_000)
    expect((await milk.settled).type).toBe('confirmed')
    expect(ann.list.getDocument()).toEqual({ title: 'Theirs', todos: expect.anything() })
    expect(titlesOf(ann.list)).toEqual(['bread', 'milk'])
    expect(mine.events.map(({ type }) => type)).not.toContain('history_lost')
  })

  it('begins a document as JSON has it, and is not moved by what happens to the object it was given', async () => {
    const initial = { title: '', todos: {}, gone: undefined, when: new Date(0) } as unknown as typeof emptyList
    const served = scene.serve({ documents: { list: { initial } } })
    const { list } = await scene.seat(served)
    initial.title = 'changed'
    const other = await scene.seat(served)
    expect(list.getDocument()).toEqual({ title: '', todos: {}, when: '1970-01-01T00:00:00.000Z' })
    expect(JSON.stringify(other.list.getDocument())).toBe(JSON.stringify(list.getDocument()))
  })

  it('keeps no more documents open that nobody holds than a thousand, the latest', async () => {
    const served = scene.serve()
    const session = await scene.talk(served)
    for (let i = 0; i < 1_100; i++) {
      session.say({ type: 'open', document: `list/${i}`, client: 'me' })
      session.say({ type: 'close', document: `list/${i}`, client: 'me' })
      if (i % 100 === 99) await quiet()
    }
    await quiet()
    expect(served.host.counts.documents).toBe(1_000)
    session.close()
  })

  it('gives the same message object to all who have a document open', async () => {
    const served = scene.serve()
    const sessions = [await scene.talk(served), await scene.talk(served), await scene.talk(served)]
    for (const session of sessions) await session.open(shopping)
    const [writer, ...readers] = sessions
    await writer?.flush(shopping, 0, [adding('milk')])
    const [one, two] = readers.map(({ told }) => told.at(-1))
    expect(one).toMatchObject({ type: 'commands', mark: expect.any(String) })
    expect(one).toBe(two)
    for (const session of sessions) session.close()
  })

  it('tells a session that speaks for two clients both what happened and what became of it', async () => {
    const served = scene.serve()
    const session = await scene.talk(served)
    await session.open(shopping, 'tab 1')
    await session.open(shopping, 'tab 2')
    expect(await session.flush(shopping, 0, [adding('milk')], 'tab 2')).toMatchObject([
      { type: 'flushed', client: 'tab 2', record: { seq: 1 } },
      { type: 'commands', client: 'tab 2', from: 0 },
    ])
    await session.ask({ type: 'close', document: shopping, client: 'tab 1' })
    expect(await session.flush(shopping, 1, [adding('bread')], 'tab 2')).toMatchObject([
      { type: 'flushed', follows: { count: 1 } },
    ])
    session.close()
  })

  it('shows who opens while an append is under way what is confirmed, and then the rest', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    await add(list, 'milk').settled
    const held = served.history.holdAppends()
    add(list, 'bread')
    await held.begun()
    const late = await scene.seat(served)
    expect(titlesOf(late.list)).toEqual(['milk'])
    held.release()
    await firstValueFrom(late.list.document$.pipe(filter(({ todos }) => Object.keys(todos).length === 2)))
    expect(titlesOf(late.list)).toEqual(['milk', 'bread'])
  })

  it('answers a session for each document by itself while one is slow', async () => {
    const served = scene.serve()
    const session = await scene.talk(served)
    await session.open(shopping)
    await session.open('list/other')
    const held = served.history.holdAppends()
    session.say({
      type: 'flush',
      document: shopping,
      client: 'me',
      after: 0,
      from: { count: 0, mark: '' },
      completions: [adding('milk')],
    })
    await held.begun()
    const opened = await session.open('list/third')
    expect(opened).toMatchObject([{ type: 'flushed', document: 'list/third' }, { type: 'snapshot' }])
    held.release()
    await quiet()
    expect(session.told.at(-1)).toMatchObject({
      type: 'flushed',
      document: shopping,
      follows: { count: 0, mark: initialMark(emptyList) },
    })
    session.close()
  })

  it('groups what waits into one append, a batch for each flush', async () => {
    const served = scene.serve()
    const guests = await Promise.all([0, 1, 2, 3].map(() => scene.seat(served)))
    const held = served.history.holdAppends()
    add(guests[0]?.list as never, 'first')
    await held.begun()
    guests.forEach(({ list }, i) => {
      add(list, `${i}`)
    })
    await quiet()
    held.release()
    await Promise.all(guests.map(({ list }) => list.flush()))
    expect(served.history.appends.map(({ batches }) => batches.length)).toEqual([1, 4])
  })

  it.each(['at hand', 'of which it has not heard'])(
    'takes what is new in a group with a flush that comes again, and answers that from a record %s',
    async (which) => {
      const elsewhere = scene.serve()
      const before = await scene.talk(elsewhere)
      await before.open(shopping, 'ann')
      const served = scene.serve()
      const sessions = [await scene.talk(served), await scene.talk(served), await scene.talk(served)] as const
      const names = ['bob', 'ann', 'cid'] as const
      for (const [i, session] of sessions.entries()) await session.open(shopping, names[i])
      const reads = new Held()
      if (which !== 'at hand') served.history.reads = reads
      await before.flush(shopping, 0, [adding('of ann')], 'ann')

      const held = served.history.holdAppends()
      for (const [i, session] of sessions.entries()) {
        await session.flush(shopping, 0, [adding(`of ${names[i]}`)], names[i])
      }
      held.release()
      served.history.reads = undefined
      reads.release()
      await scene.time.pass(1_000)
      expect(await scene.titles()).toEqual(['of ann', 'of bob', 'of cid'])
      for (const session of sessions) {
        expect(session.told).toContainEqual(expect.objectContaining({ type: 'flushed', record: expect.anything() }))
        expect(session.errors).toEqual([])
        session.close()
      }
      before.close()
    },
  )

  it('reports what nobody else hears of, and completes when it is closed', async () => {
    const served = scene.serve()
    const ended = new Subject<void>()
    served.host.events$.subscribe({ complete: () => ended.complete() })
    await served.host.close()
    expect(ended.isStopped).toBe(true)
  })
})

/** A history that is looked up anew for each call. */
const delegate = (find: () => ReturnType<HistoryAdapter['open']>): ReturnType<HistoryAdapter['open']> => {
  const first = find()
  return {
    load: () => find().load(),
    append: (...args) => find().append(...args),
    record: (...args) => find().record(...args),
    save: (...args) => find().save(...args),
    // As a reader whose store was taken from under it, which hears nothing any more.
    read: (position) => first.read(position),
  }
}
