import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { audit, filter, map, NEVER, type Observable, Subject, skip, switchMap, timer } from 'rxjs'
import type { Flush } from '../../lib/protocol/messages.ts'
import { quiet } from '../support/manual-time.ts'
import { add, emptyList, type Guest, Scene, shopping, titlesOf } from '../support/scene.ts'

const collect = <V>(stream: Observable<V>): { values: V[]; isComplete: boolean } => {
  const collected = { values: [] as V[], isComplete: false }
  stream.subscribe({
    next: (value) => collected.values.push(value),
    complete: () => {
      collected.isComplete = true
    },
  })
  return collected
}

const flushesOf = ({ line }: Guest): Flush[] =>
  line.heard.filter((message): message is Flush => message.type === 'flush')

describe('A connected proxy', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('is silent until it is loaded', async () => {
    const { list } = scene.join(scene.serve())
    const documents = collect(list.document$)
    expect(list.isLoaded).toBe(false)
    expect(list.getDocument()).toBeUndefined()
    expect(list.apply({ action: 'update', props: { title: 'x' } })).toMatchObject({
      isSuccess: false,
      code: 'not_loaded',
    })
    expect(documents.values).toEqual([])
    await list.loaded
    expect(documents.values).toEqual([emptyList])
  })

  it('tells its whole life as statuses', async () => {
    const served = scene.serve()
    const { line, client, list } = scene.join(served)
    const statuses = collect(list.status$)
    await list.loaded
    line.cut()
    await scene.time.pass(1_000)
    list.close()
    const states = statuses.values.map(({ state }) => state)
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual([
      'loading',
      'live',
      'offline',
      'live',
      'closed',
    ])
    expect(statuses.values.map((status) => 'reason' in status && status.reason)).toContain('The line was cut.')
    expect(statuses.isComplete).toBe(true)
    const late = collect(list.status$)
    expect(late).toEqual({ values: [{ state: 'closed' }], isComplete: true })
    client.close()
  })

  it('counts what the Master has not answered for', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    const [pending, saved] = [collect(list.pending$), collect(list.saved$)]
    const held = served.history.holdAppends()
    add(list, 'milk')
    add(list, 'bread')
    await held.begun()
    expect(list.getCommandCount()).toBe(2)
    held.release()
    await list.flush()
    await quiet()
    expect(pending.values).toEqual([0, 1, 2, 0])
    expect(saved.values).toEqual([true, false, true])
  })

  it('sends all that one turn applied as one flush, and what comes meanwhile with the next', async () => {
    const served = scene.serve()
    const guest = await scene.seat(served)
    const held = served.history.holdAppends()
    for (const title of ['a', 'b', 'c']) add(guest.list, title)
    await held.begun()
    for (const title of ['d', 'e']) {
      add(guest.list, title)
      await quiet()
    }
    held.release()
    await guest.list.flush()
    expect(flushesOf(guest).map(({ after, completions }) => [after, completions.length])).toEqual([
      [0, 3],
      [3, 2],
    ])
  })

  it('sends what a subscriber applies while it is told of an answer', async () => {
    const guest = await scene.seat(scene.serve())
    const { list } = guest
    const other = guest.client.open('list/other')
    await other.loaded
    list.sync$.pipe(filter(({ type }) => type === 'flushed')).subscribe(() => {
      if (titlesOf(list).length < 5) add(list, `t${titlesOf(list).length}`)
    })
    add(list, 't0')
    await scene.time.pass(100)
    expect(await scene.titles()).toEqual(['t0', 't1', 't2', 't3', 't4'])
  })

  it('sends what a subscriber applies in place of what was dropped', async () => {
    const served = scene.serve()
    const anew = (pending$: Observable<number>) =>
      pending$.pipe(
        filter((n) => n > 0),
        skip(1),
      )
    const [ann, bob] = [await scene.seat(served), await scene.seat(served, { config: { flushWhen: anew } })]
    add(ann.list, 'milk', 'a')
    await ann.list.flush()
    await quiet()
    // The count of pending commands is 1 before and after.
    bob.list.sync$.pipe(filter(({ type }) => type === 'dropped')).subscribe(() => add(bob.list, 'instead'))
    bob.list.apply({ action: 'update', path: ['todos', 'a'], props: { done: true } })
    ann.list.apply({ action: 'delete', path: ['todos', 'a'] })
    await ann.list.flush()
    await quiet()
    expect(await scene.titles()).toEqual(['instead'])
  })

  it('flushes each command at once where the policy says so', async () => {
    const guest = await scene.seat(scene.serve(), { config: { flushWhen: (pending$) => pending$ } })
    for (const title of ['a', 'b', 'c']) add(guest.list, title)
    expect(flushesOf(guest)[0]?.completions).toHaveLength(1)
    await guest.list.flush()
    expect(flushesOf(guest).map(({ completions }) => completions.length)).toEqual([1, 2])
    expect(await scene.titles()).toEqual(['a', 'b', 'c'])
  })

  it('waits as long as the policy says, and takes everything that came until then', async () => {
    const later = (pending$: Observable<number>) =>
      pending$.pipe(
        filter((n) => n > 0),
        audit(() => timer(500, scene.time.scheduler)),
      )
    const guest = await scene.seat(scene.serve(), { config: { flushWhen: later } })
    add(guest.list, 'a')
    await scene.time.pass(300)
    add(guest.list, 'b')
    expect(flushesOf(guest)).toEqual([])
    await scene.time.pass(200)
    expect(flushesOf(guest).map(({ completions }) => completions.length)).toEqual([2])
  })

  it('flushes by hand where the policy never does, and resolves when all of it is settled', async () => {
    const served = scene.serve({ limits: { flushCommands: 2 } })
    const guest = await scene.seat(served, { config: { flushWhen: () => NEVER } })
    const made = ['a', 'b', 'c', 'd', 'e'].map((title) => add(guest.list, title))
    await scene.time.pass(10_000)
    expect(flushesOf(guest)).toEqual([])
    let isDone = false
    const done = guest.list.flush().then(() => {
      isDone = true
    })
    expect(isDone).toBe(false)
    await done
    expect(flushesOf(guest).map(({ completions }) => completions.length)).toEqual([2, 2, 1])
    for (const { settled } of made) expect((await settled).type).toBe('confirmed')
    add(guest.list, 'f')
    await quiet()
    expect(flushesOf(guest)).toHaveLength(3)
  })

  it.each(['by hand', 'by its policy'])(
    'sends nothing of a batch that throws, when it is asked to %s within',
    async (how) => {
      const now = new Subject<void>()
      const guest = await scene.seat(scene.serve(), { config: { flushWhen: () => now } })
      const { list } = guest
      const ask = () => (how === 'by hand' ? void list.flush() : now.next())
      const fail = () =>
        list.batch(() => {
          add(list, 'undone')
          ask()
          throw new Error('No.')
        })
      expect(fail).toThrow('No.')
      await quiet()
      expect(flushesOf(guest)).toEqual([])

      add(list, 'later')
      list.batch(() => {
        add(list, 'milk')
        ask()
        add(list, 'bread')
        expect(flushesOf(guest)).toEqual([])
      })
      await quiet()
      expect(flushesOf(guest).map(({ completions }) => completions.length)).toEqual([3])
      expect(await scene.titles()).toEqual(['later', 'milk', 'bread'])
    },
  )

  it('flushes nothing and resolves at once where nothing is pending', async () => {
    const guest = await scene.seat(scene.serve())
    await guest.list.flush()
    expect(flushesOf(guest)).toEqual([])
  })

  it('cuts what is more than a flush may hold, by number and by size, and loses nothing', async () => {
    const guest = await scene.seat(scene.serve({ limits: { flushCommands: 50, flushBytes: 2_000 } }))
    for (let i = 0; i < 120; i++) add(guest.list, i % 40 === 7 ? 'x'.repeat(1_500) : `${i}`)
    await guest.list.flush()
    const flushes = flushesOf(guest)
    expect(flushes.flatMap(({ completions }) => completions)).toHaveLength(120)
    for (const { completions } of flushes)
      expect(JSON.stringify(completions).length).toBeLessThan(2_000 + completions.length + 2)
    expect(await scene.titles()).toHaveLength(120)
  })

  it('gives up a command that is too large alone, and what was made under it, and sends the others', async () => {
    const guest = await scene.seat(scene.serve({ limits: { flushBytes: 1_000 } }))
    const { list, events } = guest
    const [first, large] = [add(list, 'a'), add(list, 'x'.repeat(2_000))]
    const under = list.apply({ action: 'update', path: ['todos', large.createdId as string], props: { done: true } })
    const last = add(list, 'b')
    await list.flush()
    expect((await first.settled).type).toBe('confirmed')
    expect(await large.settled).toMatchObject({ type: 'rejected', code: 'too_large' })
    expect(under.isSuccess && (await under.settled)).toMatchObject({ type: 'dropped', code: 'depends' })
    expect((await last.settled).type).toBe('confirmed')
    expect(events.filter(({ type }) => type === 'rejected' || type === 'dropped')).toHaveLength(2)
    expect(titlesOf(list)).toEqual(['a', 'b'])
    expect(await scene.titles()).toEqual(['a', 'b'])
  })

  it('minds the limits of the host that it comes back to', async () => {
    const [wide, narrow] = [scene.serve(), scene.serve({ limits: { flushCommands: 2, flushBytes: 400 } })]
    const guest = await scene.seat(wide)
    guest.line.isFlowing = false
    for (const title of ['a', 'b', 'c', 'd', 'x'.repeat(1_000)]) add(guest.list, title)
    await quiet()
    guest.line.host = narrow.host.session()
    guest.line.cut()
    guest.line.isFlowing = true
    await scene.time.pass(1_000)
    expect(titlesOf(guest.list)).toEqual(['a', 'b', 'c', 'd'])
    expect(guest.events.filter(({ type }) => type === 'rejected')).toMatchObject([{ code: 'too_large' }])
    expect(await scene.titles()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('drops what was never sent and no longer applies, and says who took what it named away', async () => {
    const served = scene.serve()
    const [ann, bob] = [await scene.seat(served), await scene.seat(served)]
    const milk = add(ann.list, 'milk')
    await ann.list.flush()
    bob.line.isFlowing = false
    const path = ['todos', milk.createdId as string]
    ann.list.apply({ action: 'delete', path })
    await ann.list.flush()
    // One flush is under way, so the second update was never sent.
    bob.list.apply({ action: 'update', props: { title: 'list' } })
    await quiet()
    const update = bob.list.apply({ action: 'update', path, props: { done: true } })
    bob.line.flow()
    expect(update.isSuccess && (await update.settled)).toMatchObject({
      type: 'dropped',
      code: 'not_found',
      reason: `No object at todos/${milk.createdId}: it was deleted by another client at 2.`,
    })
    expect(bob.events.filter(({ type }) => type === 'dropped')).toMatchObject([{ seq: 0 }])
    await bob.list.flush()
    expect(bob.list.getDocument()).toEqual({ title: 'list', todos: {} })
  })

  it('leaves to its answer what was sent and no longer applies', async () => {
    const served = scene.serve()
    const [ann, bob] = [await scene.seat(served), await scene.seat(served)]
    const milk = add(ann.list, 'milk')
    await ann.list.flush()
    await quiet()
    bob.line.isFlowing = false
    const path = ['todos', milk.createdId as string]
    ann.list.apply({ action: 'delete', path })
    await ann.list.flush()
    const update = bob.list.apply({ action: 'update', path, props: { done: true } })
    await quiet()
    bob.line.link?.toClient()
    expect(bob.list.getDocument().todos).toEqual({})
    expect(bob.events.map(({ type }) => type)).not.toContain('dropped')
    bob.line.flow()
    expect(update.isSuccess && (await update.settled)).toMatchObject({ type: 'rejected', code: 'not_found' })
  })

  it('gives what the Master made of it', async () => {
    const interceptor = (_: object, command: { action: string; props?: object }) =>
      command.action === 'create' ? { newProps: { ...command.props, size: 1 } } : undefined
    const { list } = await scene.seat(
      scene.serve({ documents: { list: { initial: emptyList, interceptor: interceptor as never } } }),
    )
    const milk = add(list, 'milk')
    expect(await milk.settled).toEqual({
      type: 'rewritten',
      props: { title: 'milk', size: 1 },
      createdId: milk.createdId,
    })
    expect(Object.values(list.getDocument().todos)).toEqual([{ title: 'milk', size: 1 }])
  })

  it('settles what is pending when it is closed, and streams complete', async () => {
    const served = scene.serve()
    const { list } = await scene.seat(served)
    const streams = [
      list.document$,
      list.commands$,
      list.sync$,
      list.pending$,
      list.saved$,
      list.status$,
      list.at('todos').keys$,
    ].map((stream) => collect(stream as Observable<unknown>))
    const held = served.history.holdAppends()
    const sent = add(list, 'milk')
    await held.begun()
    const unsent = add(list, 'bread')
    const flushed = list.flush()
    const kept = Promise.allSettled([sent.kept, unsent.kept])
    list.close()
    list.close()
    expect(await kept).toMatchObject([{ reason: { code: 'unavailable' } }, { reason: { code: 'closed' } }])
    expect(await sent.settled).toMatchObject({ type: 'unknown' })
    expect(await unsent.settled).toMatchObject({ type: 'dropped', code: 'closed' })
    await flushed
    expect(streams.every(({ isComplete }) => isComplete)).toBe(true)
    expect(list.apply({ action: 'update', props: { title: 'x' } })).toMatchObject({ isSuccess: false, code: 'closed' })
    held.release()
    await quiet()
    expect(served.host.counts.sessions).toBe(1)
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('that is opened again while the old one’s flush is under way has nothing to do with it', async () => {
    const served = scene.serve()
    const { client, list } = await scene.seat(served)
    const held = served.history.holdAppends()
    add(list, 'milk')
    await held.begun()
    list.close()
    const again = client.open(shopping)
    expect(again).not.toBe(list)
    await again.loaded
    expect(titlesOf(again)).toEqual([])
    const bread = add(again, 'bread')
    held.release()
    expect((await bread.settled).type).toBe('confirmed')
    expect(titlesOf(again)).toEqual(['milk', 'bread'])
  })

  it('rejects `loaded` when it is closed before', async () => {
    const { list } = scene.join(scene.serve())
    list.close()
    await expect(list.loaded).rejects.toMatchObject({ code: 'closed', message: `'${shopping}' was closed.` })
  })

  it('comes back with what it missed, not with the whole document', async () => {
    const served = scene.serve()
    const [ann, bob] = [await scene.seat(served), await scene.seat(served)]
    bob.line.cut()
    for (const title of ['a', 'b', 'c']) await add(ann.list, title).settled
    await scene.time.pass(1_000)
    expect(titlesOf(bob.list)).toEqual(['a', 'b', 'c'])
    expect(
      bob.events.filter(({ type }) => type === 'synced').map((event) => event.type === 'synced' && event.isPartial),
    ).toEqual([false, true, true, true])
  })

  it('keeps the identity of what a sync leaves alone', async () => {
    const served = scene.serve()
    const [ann, bob] = [await scene.seat(served), await scene.seat(served)]
    add(ann.list, 'milk', 'a')
    add(ann.list, 'bread', 'b')
    await ann.list.flush()
    await quiet()
    const before = bob.list.getDocument()
    ann.list.apply({ action: 'update', path: ['todos', 'a'], props: { done: true } })
    await ann.list.flush()
    await quiet()
    const after = bob.list.getDocument()
    expect(after).not.toBe(before)
    expect(after.todos.b).toBe(before.todos.b)
    expect(before.todos.a).toEqual({ title: 'milk' })
  })

  it('tells each command once, whoever made it and however it came', async () => {
    const served = scene.serve()
    const [ann, bob] = [await scene.seat(served), await scene.seat(served)]
    const commands = collect(
      ann.list.commands$.pipe(map(({ isLocal, command }) => [isLocal, 'props' in command && command.props.title])),
    )
    const held = served.history.holdAppends()
    add(ann.list, 'milk')
    await held.begun()
    ann.line.cut()
    held.release()
    await quiet()
    await add(bob.list, 'bread').settled
    await scene.time.pass(1_000)
    expect(commands.values).toEqual([
      [true, 'milk'],
      [false, 'bread'],
    ])
  })

  it('waits with its policy while nobody can hear it', async () => {
    const asked = new Subject<void>()
    const guest = await scene.seat(scene.serve(), {
      config: { flushWhen: (pending$) => asked.pipe(switchMap(() => pending$)) },
    })
    guest.line.cut()
    add(guest.list, 'milk')
    asked.next()
    await scene.time.pass(1_000)
    expect(flushesOf(guest)).toHaveLength(1)
    expect(await scene.titles()).toEqual(['milk'])
  })
})

describe('Offline', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('a new document is begun, and becomes the history’s', async () => {
    const served = scene.serve()
    const { line, list } = scene.join(
      { host: { session: () => served.host.session() } as never },
      { options: { initial: emptyList } },
    )
    expect(list.isLoaded).toBe(true)
    await list.loaded
    const milk = add(list, 'milk')
    line.flow()
    expect((await milk.settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('commands wait for the line, and go in order when it is there', async () => {
    const served = scene.serve()
    const guest = await scene.seat(served)
    const session = guest.line.host
    guest.line.host = undefined
    guest.line.cut()
    const made = ['a', 'b', 'c'].map((title) => add(guest.list, title))
    await scene.time.pass(60_000)
    expect(guest.list.status.state).toBe('offline')
    expect(titlesOf(guest.list)).toEqual(['a', 'b', 'c'])
    guest.line.host = session
    await scene.time.pass(30_000)
    for (const { settled } of made) expect((await settled).type).toBe('confirmed')
    expect(await scene.titles()).toEqual(['a', 'b', 'c'])
  })

  it('what was begun here goes on top of a history that was there before', async () => {
    const served = scene.serve()
    const ann = await scene.seat(served)
    await add(ann.list, 'milk').settled
    const bob = scene.join(served, { options: { initial: { title: 'Mine', todos: {} } } })
    add(bob.list, 'bread')
    bob.list.apply({ action: 'update', props: { title: 'Ours' } })
    expect(bob.list.getDocument().title).toBe('Ours')
    await bob.list.flush()
    expect(bob.list.getDocument()).toEqual({ title: 'Ours', todos: ann.list.getDocument().todos })
    expect(titlesOf(bob.list)).toEqual(['milk', 'bread'])
    expect(bob.events.map(({ type }) => type)).not.toContain('regressed')
  })

  it('two can begin the same document from different beginnings, and agree', async () => {
    const served = scene.serve()
    const one = scene.join(served, { options: { initial: { title: 'One', todos: {} } } })
    const two = scene.join(served, { options: { initial: { title: 'Two', todos: { x: { title: 'x' } } } } })
    add(one.list, 'milk')
    add(two.list, 'bread')
    two.list.apply({ action: 'update', path: ['todos', 'x'], props: { done: true } })
    await Promise.all([one.list.flush(), two.list.flush()])
    await quiet()
    expect(one.list.getDocument()).toEqual(two.list.getDocument())
    expect(one.list.getDocument().title).toBe('')
    expect(titlesOf(one.list).sort()).toEqual(['bread', 'milk'])
    expect(two.events.filter(({ type }) => type === 'dropped' || type === 'rejected')).toHaveLength(1)
  })

  it('what the beginning was made of may change afterwards', async () => {
    const initial = { title: '', todos: {} as Record<string, { title: string }> }
    const { list } = scene.join(scene.serve(), { options: { initial } })
    initial.title = 'changed'
    initial.todos.x = { title: 'x' }
    expect(list.getDocument()).toEqual(emptyList)
    await list.flush()
  })

  it('a document that is open may be new to a host that has nothing at all', async () => {
    const before = scene.serve()
    const guest = await scene.seat(before)
    await add(guest.list, 'milk').settled
    // Another store, with no history.
    const empty = new Scene()
    const elsewhere = empty.serve()
    guest.line.host = elsewhere.host.session()
    guest.line.cut()
    const bread = add(guest.list, 'bread')
    await scene.time.pass(1_000)
    expect(guest.events.filter(({ type }) => type === 'regressed')).toMatchObject([
      { type: 'regressed', commandCount: 1, lost: { first: 1, last: 1 } },
    ])
    expect((await bread.settled).type).toBe('confirmed')
    expect(titlesOf(guest.list)).toEqual(['bread'])
    guest.client.close()
    await empty.close()
  })

  it('is told under which names it had sent what a second loss may have taken', async () => {
    const guest = await scene.seat(scene.serve())
    await add(guest.list, 'milk').settled
    await add(guest.list, 'bread').settled
    const others = [new Scene(), new Scene()]
    for (const other of others) {
      guest.line.host = other.serve().host.session()
      guest.line.cut()
      await scene.time.pass(1_000)
      await add(guest.list, 'eggs').settled
    }
    const [one, two] = guest.events.filter((event) => event.type === 'regressed')
    expect(one).toMatchObject({ lost: { first: 1, last: 2 } })
    expect(one).not.toHaveProperty('formerly')
    expect(two).toMatchObject({ lost: { first: 1, last: 1 }, formerly: [one?.lost?.client] })
    guest.client.close()
    for (const other of others) await other.close()
  })
})
