import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { throwError } from 'rxjs'
import type { Position } from '../../lib/contracts/history.ts'
import { MillraceError } from '../../lib/errors.ts'
import type { Command, CompletionBatch } from '../../lib/flushout.ts'
import { batchAfter } from '../../lib/testing/history/batches.ts'
import { quiet } from '../support/manual-time.ts'
import { add, emptyList, list, Scene, shopping, titlesOf } from '../support/scene.ts'
import { adding, Spoken } from '../support/spoken.ts'

const never = () => new Promise<never>(() => undefined)

describe('authenticate', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('is asked with the token, the version of the application and what the line carried', async () => {
    const asked: unknown[] = []
    const { host } = scene.serve({
      authenticate: async (who) => {
        asked.push(who)
        return { subject: 'ann' }
      },
    })
    const session = new Spoken(host, { request: { address: '::1' } })
    expect(await session.ask({ type: 'hello', protocol: 1, token: 'secret', app: '2.4' })).toMatchObject([
      { type: 'welcome' },
    ])
    expect(asked).toEqual([{ token: 'secret', app: '2.4', request: { address: '::1' } }])
    session.close()
  })

  it('that throws refuses for good, without saying why', async () => {
    const { host } = scene.serve({
      authenticate: () => {
        throw new Error('The password of ann is tulip.')
      },
    })
    const session = new Spoken(host)
    await session.hello('guess')
    expect(session.told).toEqual([
      { type: 'error', code: 'unauthenticated', message: 'The host does not know you: sign in again.' },
    ])
    expect(session.isEnded).toBe(true)
  })

  it('that does not answer in time ends the session, and whoever comes again is asked again', async () => {
    const { host } = scene.serve({ authenticate: never })
    const session = new Spoken(host)
    await session.hello()
    await scene.time.pass(9_999)
    expect(session.told).toEqual([])
    await scene.time.pass(1)
    expect(session.told).toEqual([
      {
        type: 'error',
        code: 'unavailable',
        message: 'authenticate did not answer within 10000 ms (limits.answerTime).',
      },
    ])
    expect(session.isEnded).toBe(true)
    expect(host.counts.sessions).toBe(0)
  })

  it('leaves no timer where the host closes while it is asked', async () => {
    const { host } = scene.serve({ authenticate: never })
    const session = new Spoken(host)
    await session.hello()
    await host.close()
    await quiet()
    expect(session.isEnded).toBe(true)
    expect(scene.time.timers).toBe(0)
  })

  it('is not asked for a session that server code vouches for', async () => {
    const served = scene.serve({ authenticate: never })
    const { list } = await scene.seat(served, { info: { subject: 'cron' } })
    expect(list.status.state).toBe('live')
  })
})

describe('A session', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('that never speaks ends', async () => {
    const { host } = scene.serve()
    const session = new Spoken(host)
    await scene.time.pass(10_000)
    expect(session.told).toMatchObject([
      { type: 'error', code: 'unavailable', message: 'No hello within 10000 ms (limits.answerTime).' },
    ])
    expect(session.isEnded).toBe(true)
    expect(host.counts.sessions).toBe(0)
  })

  it('of another protocol is told to update, and ends', async () => {
    const session = new Spoken(scene.serve().host)
    await session.ask({ type: 'hello', protocol: 7 })
    expect(session.told).toEqual([
      { type: 'error', code: 'unsupported_version', message: 'This host speaks protocol 1: update the client.' },
    ])
    expect(session.isEnded).toBe(true)
  })

  it('is refused where the host has as many as it takes, and let in when one has left', async () => {
    const served = scene.serve({ limits: { sessions: 2 } })
    const [first, second] = [await scene.talk(served), await scene.talk(served)]
    const third = new Spoken(served.host)
    expect(third.told).toMatchObject([{ type: 'error', code: 'too_many' }])
    expect(third.isEnded).toBe(true)
    first.close()
    expect(served.host.counts.sessions).toBe(1)
    const fourth = await scene.talk(served)
    expect(fourth.told).toMatchObject([{ type: 'welcome' }])
    second.close()
    fourth.close()
  })

  it('ends when more flushes wait for the history than it may have', async () => {
    const served = scene.serve({ limits: { waitingMessages: 10 } })
    const held = served.history.holdAppends()
    const session = await scene.talk(served)
    await session.open(shopping)
    for (let i = 0; i < 11 && !session.isEnded; i++) await session.flush(shopping, i, [adding(`t${i}`)])
    expect(session.isEnded).toBe(true)
    expect(session.told.at(-1)).toMatchObject({ type: 'error', code: 'too_many' })
    held.release()
    await quiet()
  })

  it('keeps nothing of a document that it has closed', async () => {
    const served = scene.serve()
    const session = await scene.talk(served)
    const other = await scene.talk(served)
    await session.open(shopping)
    await other.open(shopping)
    await session.ask({ type: 'close', document: shopping, client: 'me' })
    const before = session.told.length
    await other.flush(shopping, 0, [adding('milk')])
    expect(session.told).toHaveLength(before)
    expect(await session.flush(shopping, 0, [adding('bread')])).toMatchObject([{ code: 'not_open', seq: 0 }])
    session.close()
    other.close()
  })

  it('errors where what comes in errors', async () => {
    const { host } = scene.serve()
    const failure = new Error('The token cannot be had.')
    const error = await new Promise((resolve) => {
      host
        .session()(throwError(() => failure))
        .subscribe({ error: resolve })
    })
    expect(error).toBe(failure)
    expect(host.counts.sessions).toBe(0)
  })
})

describe('authorize', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('that says no is answered like a document that does not exist', async () => {
    const session = await scene.talk(scene.serve({ authorize: () => false }))
    const [here] = await session.open(shopping)
    const [nowhere] = await session.open('nothing/shopping')
    expect(here).toEqual({
      type: 'error',
      code: 'refused',
      message: `There is no '${shopping}' for you.`,
      document: shopping,
      client: 'me',
    })
    expect(nowhere).toEqual({
      ...here,
      message: `There is no 'nothing/shopping' for you.`,
      document: 'nothing/shopping',
    })
    session.close()
  })

  it('that throws is reported to the host, and the client tries later', async () => {
    let fails = true
    const served = scene.serve({
      authorize: () => {
        if (fails) throw new Error('The directory is away.')
        return 'write'
      },
    })
    const { list } = scene.join(served)
    await quiet()
    expect(list.status.state).toBe('loading')
    expect(served.events).toMatchObject([{ type: 'failed', error: { message: 'The directory is away.' } }])
    fails = false
    await scene.time.pass(1_000)
    expect(list.status.state).toBe('live')
  })

  it('that never answers is given up, and holds nothing up but its session', async () => {
    let asked = 0
    const served = scene.serve({ authorize: () => (++asked === 1 ? never() : 'write') })
    const slow = scene.join(served)
    const other = await scene.seat(served)
    expect(other.list.status.state).toBe('live')
    await scene.time.pass(10_000)
    await scene.time.pass(1_000)
    expect(slow.list.status.state).toBe('live')
  })

  it('is asked anew for each session', async () => {
    let right: 'write' | false = 'write'
    const served = scene.serve({ authorize: () => right })
    const { line, list } = await scene.seat(served)
    right = false
    line.cut()
    await scene.time.pass(1_000)
    expect(list.status).toEqual({ state: 'refused', code: 'refused', reason: `There is no '${shopping}' for you.` })
    expect(list.getDocument()).toEqual(emptyList)
    right = 'write'
    line.cut()
    await scene.time.pass(1_000)
    expect(list.status.state).toBe('live')
  })
})

describe('beforeFlush', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('is shown the flush, and what it returns is what interceptors are told', async () => {
    const seen: (CompletionBatch & { document: string })[] = []
    const told: unknown[] = []
    const interceptor = (_: object, __: object, context?: unknown) => {
      told.push(context)
      return undefined
    }
    const served = scene.serve({
      documents: { list: { initial: emptyList, interceptor } },
      beforeFlush: async (batch, context) => {
        seen.push(batch)
        return { ...context, name: 'Ann' }
      },
    })
    const { list } = await scene.seat(served, { info: { subject: 'ann' } })
    await add(list, 'milk').settled
    expect(seen).toMatchObject([
      { document: shopping, from: 0, completions: [{ command: { props: { title: 'milk' } } }] },
    ])
    expect(told).toEqual([{ subject: 'ann', name: 'Ann' }])
  })

  it('that names another subject does not change whose commands they are', async () => {
    const served = scene.serve({ beforeFlush: () => ({ subject: 'somebody else' }) })
    const session = await scene.talk(served, { subject: 'ann' })
    await session.open(shopping)
    expect(await session.flush(shopping, 0, [adding('milk')])).toMatchObject([
      { type: 'flushed', follows: { count: 0 } },
    ])
    expect(await session.flush(shopping, 0, [adding('milk')])).toMatchObject([{ type: 'flushed', record: { seq: 1 } }])
    session.close()
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('that throws rejects every command of the flush with its reason, and the next goes on', async () => {
    let closed = true
    const served = scene.serve({
      beforeFlush: () => {
        if (closed) throw new Error('The shop is closed.')
        return undefined
      },
    })
    const { list, events } = await scene.seat(served)
    const made = [add(list, 'milk'), add(list, 'bread')]
    for (const { settled } of made) {
      expect(await settled).toEqual({ type: 'rejected', code: 'rejected', reason: 'The shop is closed.' })
    }
    expect(events.filter(({ type }) => type === 'rejected')).toHaveLength(2)
    closed = false
    expect((await add(list, 'eggs').settled).type).toBe('confirmed')
    expect(titlesOf(list)).toEqual(['eggs'])
  })

  it('that does not answer in time decides nothing: the commands come again', async () => {
    let asked = 0
    const served = scene.serve({ beforeFlush: () => (++asked === 1 ? never() : undefined) })
    const { list, events } = await scene.seat(served)
    const milk = add(list, 'milk')
    await scene.time.pass(10_000)
    await scene.time.pass(1_000)
    expect((await milk.settled).type).toBe('confirmed')
    expect(events.filter(({ type }) => type === 'rejected')).toEqual([])
  })

  it('that is unavailable by its own word decides nothing either', async () => {
    let asked = 0
    const served = scene.serve({
      beforeFlush: () => {
        if (++asked === 1) throw new MillraceError('unavailable', 'The scanner is away.')
        return undefined
      },
    })
    const { list } = await scene.seat(served)
    const milk = add(list, 'milk')
    await scene.time.pass(1_000)
    expect((await milk.settled).type).toBe('confirmed')
  })
})

describe('A document that is as large as it may be', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('takes nothing that makes it larger, and something again when something was deleted', async () => {
    const served = scene.serve({ limits: { documentBytes: 2_000 } })
    const { list } = await scene.seat(served)
    const large = add(list, 'x'.repeat(1_500))
    await list.flush()
    const more = add(list, 'y'.repeat(1_000))
    expect(await more.settled).toMatchObject({ type: 'rejected', code: 'too_large' })
    list.apply({ action: 'delete', path: ['todos', large.createdId as string] })
    await list.flush()
    expect((await add(list, 'y'.repeat(1_000)).settled).type).toBe('confirmed')
  })

  it('says how large a flush is that does not fit, and what would', async () => {
    const { list } = await scene.seat(scene.serve({ limits: { documentBytes: 200 } }))
    const command = { action: 'update' as const, props: { title: 'x'.repeat(300) } }
    const result = list.apply(command)
    expect(result.isSuccess && (await result.settled)).toEqual({
      type: 'rejected',
      code: 'too_large',
      reason: `A flush of ${JSON.stringify({ command }).length} bytes does not fit: the document holds 23 bytes, this host takes 200 bytes (limits.documentBytes). Delete something first, or send less.`,
    })
  })

  it('is as large to a host that only read of it, also by what an interceptor made larger', async () => {
    const text = 'x'.repeat(1_500)
    const enlarging = {
      list: {
        ...list,
        interceptor: (_: object, command: Command) =>
          'props' in command ? { newProps: { ...command.props, title: text } } : undefined,
      },
    }
    const writer = await scene.seat(scene.serve({ documents: enlarging }))
    const reader = await scene.seat(scene.serve({ limits: { documentBytes: 2_000 } }))
    const refused = { type: 'rejected', code: 'too_large' }
    const small = add(writer.list, 'small')
    await writer.list.flush()
    await scene.time.pass(1_000)
    expect(await add(reader.list, 'y'.repeat(1_000)).settled).toMatchObject(refused)
    writer.list.apply({ action: 'delete', path: ['todos', small.createdId as string] })
    await writer.list.flush()
    expect((await add(reader.list, 'small').settled).type).toBe('confirmed')
  })

  it('is as large to a host that read of it what an older one wrote', async () => {
    const { list } = await scene.seat(scene.serve({ limits: { documentBytes: 2_000 } }))
    await add(list, 'small').settled
    const history = scene.memory.open(shopping)
    const { head } = await history.record('', '')
    const command = { action: 'update' as const, props: { title: 'x'.repeat(1_500) } }
    const { bytes: _, ...old } = batchAfter(head as Position, { completions: [{ command }] })
    await history.append(head as Position, [old])
    await scene.time.pass(1_000)
    expect(await add(list, 'y'.repeat(1_000)).settled).toMatchObject({ type: 'rejected', code: 'too_large' })
  })

  it('cannot be filled with empty objects, nor through what a missing parent would be', async () => {
    const served = scene.serve({ limits: { documentBytes: 3_000, flushBytes: 2_000 } })
    const { list } = await scene.seat(served)
    for (let i = 0; i < 200; i++) list.apply({ action: 'create', path: ['todos'] })
    list.apply({ action: 'create', path: ['more'], parentDefault: { text: 'x'.repeat(1_900) } })
    for (let i = 0; i < 20; i++) list.apply({ action: 'update', props: { title: 'x'.repeat(1_900) } })
    await list.flush()
    expect(JSON.stringify(list.getDocument()).length).toBeLessThan(3_000 + 2_000)
  })
})
