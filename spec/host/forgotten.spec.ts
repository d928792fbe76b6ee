import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { firstValueFrom } from 'rxjs'
import type { Retention } from '../../lib/contracts/history.ts'
import type { HostEvent } from '../../lib/host/host-event.ts'
import type { SnapshotMessage } from '../../lib/protocol/messages.ts'
import { Anybody } from '../support/anybody.ts'
import { add, emptyList, shopping, titlesOf } from '../support/scene.ts'
import { Shop } from '../support/shop.ts'
import { adding } from '../support/spoken.ts'
import { type Store, stores } from '../support/stores.ts'

describe.each(stores)('A record that is forgotten, in %s', (_, make) => {
  let shop: Shop
  let store: Store
  const begin = async (retention: Partial<Retention>) => {
    store = await make({ retention })
    return shop.open(store.open(), { idleTime: 0 })
  }
  beforeEach(() => {
    shop = new Shop()
  })
  afterEach(async () => {
    await shop.close()
    await store.close()
  })

  /** Somebody writes so much, and then nobody has the document open, so that a snapshot is kept. */
  async function others(served: ReturnType<Shop['open']>, commands: number): Promise<void> {
    const other = await shop.enter(served)
    for (let i = 0; i < commands; i++) await add(other.list, `${i}`).settled
    await other.leave()
    const times = (type: HostEvent['type']) => served.events.filter((event) => event.type === type).length
    while (times('document_opened') > times('document_closed')) await firstValueFrom(served.host.events$)
  }

  it('leaves its client not knowing, and on under another name with what was never sent', async () => {
    const served = await begin({ commands: 0, records: 3 })
    const { line, list, live } = await shop.enter(served)
    const held = served.history.holdAppends()
    const milk = add(list, 'milk')
    await held.begun()
    const host = line.host
    line.host = undefined
    line.cut()
    held.release()
    await others(served, 6)
    const bread = add(list, 'bread')
    line.host = host
    expect((await milk.settled).type).toBe('unknown')
    expect((await bread.settled).type).toBe('confirmed')
    await live()
    expect(titlesOf(list).sort()).toEqual(['0', '1', '2', '3', '4', '5', 'bread', 'milk'])
  })

  it('lets a client that nothing was lost of go on with its next command', async () => {
    const served = await begin({ commands: 0, records: 3 })
    const { line, list, events } = await shop.enter(served)
    await add(list, 'milk').settled
    const host = line.host
    line.host = undefined
    line.cut()
    await others(served, 6)
    line.host = host
    expect((await add(list, 'bread').settled).type).toBe('confirmed')
    expect((await add(list, 'eggs').settled).type).toBe('confirmed')
    expect(events.filter(({ type }) => type === 'unknown' || type === 'rejected')).toEqual([])
  })

  it('is kept as long as the kind of the document says', async () => {
    store = await make({ retention: { commands: 0, records: 0 } })
    const kind = { initial: emptyList, retention: { records: 100 } }
    const served = shop.open(store.open(), { idleTime: 0, documents: { list: kind } })
    const { line, list } = await shop.enter(served)
    const held = served.history.holdAppends()
    const milk = add(list, 'milk')
    await held.begun()
    const host = line.host
    line.host = undefined
    line.cut()
    held.release()
    await others(served, 6)
    line.host = host
    expect((await milk.settled).type).toBe('confirmed')
    expect(titlesOf(list).filter((title) => title === 'milk')).toHaveLength(1)
  })

  it('makes what is sent again from below expired, and nothing else', async () => {
    const served = await begin({ commands: 0, records: 3 })
    await others(served, 2)
    await others(served, 6)
    const session = new Anybody(served.host)
    await session.ask({ type: 'hello', protocol: 1 })
    await session.ask({ type: 'open', document: shopping, client: 'me' })
    const { position } = (await session.hear()) as SnapshotMessage
    const flush = { type: 'flush', document: shopping, client: 'me', after: 0, completions: [adding('milk')] }
    for (const after of [0, 7]) {
      expect(await session.ask({ ...flush, after, from: { count: 1, mark: 'long gone' } })).toMatchObject({
        type: 'error',
        code: 'expired',
        seq: after,
        record: null,
      })
    }
    expect(await session.ask({ ...flush, after: 8, from: position })).toMatchObject({ code: 'gap', record: null })
    expect(await session.ask({ ...flush, from: { ...position, count: 99 } })).toMatchObject({ code: 'expired' })
    expect(await session.ask({ ...flush, from: position })).toMatchObject({ type: 'flushed', record: { seq: 1 } })
    session.hangUp()
  })
})
