import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { quiet } from '../support/manual-time.ts'
import { add, Scene, shopping, titlesOf } from '../support/scene.ts'
import { Shop } from '../support/shop.ts'
import { adding } from '../support/spoken.ts'
import { stores } from '../support/stores.ts'

describe('A history that is away for a while', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  const away = () => Promise.reject(new Error('The store is away.'))

  it('rejects nothing: what is to be written waits, and is written once', async () => {
    const served = scene.serve()
    const master = await served.host.open(shopping)
    const { record } = served.history
    served.history.record = away
    let isSettled = false
    const applied = master.apply({ from: 0, completions: [adding('milk')] as never }).finally(() => {
      isSettled = true
    })
    await scene.time.pass(60_000)
    expect(isSettled).toBe(false)
    served.history.record = record
    await scene.time.pass(5_000)
    expect((await applied).errors).toBeUndefined()
    expect(served.events.filter(({ type }) => type === 'history_unavailable')).toEqual([
      { type: 'history_unavailable', document: shopping, reason: 'The store is away.' },
    ])
    expect(await scene.titles()).toEqual(['milk'])
    master.close()
  })

  it('is asked again after 50 ms, which doubles up to 5 s', async () => {
    const served = scene.serve()
    const master = await served.host.open(shopping)
    const { record } = served.history
    const asked: number[] = []
    served.history.record = () => {
      asked.push(scene.time.environment.now())
      return away()
    }
    const applied = master.apply({ from: 0, completions: [adding('milk')] as never })
    await scene.time.pass(20_000)
    expect(asked.slice(0, 10).map((at, i) => at - (asked[i - 1] ?? at))).toEqual([
      0, 50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ])
    served.history.record = record
    await scene.time.pass(5_000)
    await applied
    master.close()
  })

  it('makes a document unavailable to who opens it, and is no reason to give up for who has it', async () => {
    const served = scene.serve()
    const ann = await scene.seat(served)
    const { append, record } = served.history
    Object.assign(served.history, { append: away, record: away })
    const milk = add(ann.list, 'milk')
    const session = await scene.talk(served)
    expect(await session.open(shopping)).toMatchObject([{ type: 'error', code: 'unavailable', document: shopping }])
    await scene.time.pass(30_000)
    expect(ann.list.status.state).toBe('live')
    Object.assign(served.history, { append, record })
    await scene.time.pass(5_000)
    expect((await milk.settled).type).toBe('confirmed')
    expect(ann.events.map(({ type }) => type)).not.toContain('rejected')
    expect(await session.open(shopping)).toMatchObject([{ type: 'flushed' }, { type: 'snapshot' }])
    session.close()
  })

  it('is not asked again when its host was closed', async () => {
    const served = scene.serve()
    const master = await served.host.open(shopping)
    served.history.record = away
    const applied = master.apply({ from: 0, completions: [adding('milk')] as never })
    const refused = expect(applied).rejects.toThrow('The store is away.')
    await quiet()
    const closing = served.host.close()
    await scene.time.pass(10_000)
    await Promise.all([closing, refused])
    expect(scene.time.timers).toBe(0)
  })
})

describe.each(stores)('A store that is started again as it was, %s', (_, make) => {
  it('is read on from where its documents stand, which stay open', async () => {
    const shop = new Shop()
    const store = await make()
    const served = shop.open(store.open())
    const [ann, bob] = [await shop.enter(served), await shop.enter(served)]
    await add(ann.list, 'milk').settled
    await store.restore(await store.backUp())
    await add(ann.list, 'bread').settled
    await add(bob.list, 'eggs').settled
    expect(titlesOf(bob.list)).toEqual(['milk', 'bread', 'eggs'])
    expect(served.events.filter(({ type }) => type === 'document_closed' || type === 'history_lost')).toEqual([])
    await shop.close()
    await store.close()
  })
})
