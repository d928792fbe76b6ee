import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import type { HostEvent } from '../../lib/host/host-event.ts'
import { add, shopping, titlesOf } from '../support/scene.ts'
import { type Customer, type Open, Shop } from '../support/shop.ts'
import { type Store, stores } from '../support/stores.ts'

describe.each(stores)('A history that is lost, in %s', (_, make) => {
  let shop: Shop
  let store: Store
  beforeEach(async () => {
    shop = new Shop()
    store = await make()
  })
  afterEach(async () => {
    await shop.close()
    await store.close()
  })

  const losses = ({ events }: Open) =>
    events.filter((event): event is Extract<HostEvent, { type: 'history_lost' }> => event.type === 'history_lost')
  const hasRegressed = ({ events }: Customer) => events.some(({ type }) => type === 'regressed')
  const shows = ({ list }: Customer, titles: string) =>
    firstValueFrom(list.document$.pipe(filter(() => titlesOf(list).join() === titles)))
  const isStopped = ({ host }: Open) =>
    expect(host.open(shopping)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('lost') })

  it('stops its document with an alarm, until somebody lets it begin anew', async () => {
    const served = shop.open(store.open())
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    await store.restore()
    expect(await served.event('history_lost')).toMatchObject({
      document: shopping,
      position: { count: 1 },
      action: 'stop',
    })
    await isStopped(served)
    const bread = add(ann.list, 'bread')
    await served.host.recover(shopping, 'begin_anew')
    expect((await bread.settled).type).toBe('confirmed')
    expect(hasRegressed(ann)).toBe(true)
    expect(titlesOf(ann.list)).toEqual(['bread'])
    await expect(served.host.recover(shopping, 'begin_anew')).rejects.toMatchObject({ code: 'not_open' })
  })

  it('stops its document, until somebody puts the copy back that the host holds', async () => {
    const served = shop.open(store.open())
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    await store.restore()
    await served.event('history_lost')
    await served.host.recover(shopping, 'restore_copy')
    expect((await add(ann.list, 'bread').settled).type).toBe('confirmed')
    expect(hasRegressed(ann)).toBe(false)
    const bob = await shop.enter(shop.open(store.open()))
    expect(titlesOf(bob.list)).toEqual(['milk', 'bread'])
  })

  it('begins anew by itself where the operator wants that, and what was pending is kept', async () => {
    const served = shop.open(store.open(), { onLostHistory: 'begin_anew' })
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    ann.line.isFlowing = false
    const bread = add(ann.list, 'bread')
    await store.restore()
    await served.event('history_recovered')
    ann.line.cut()
    ann.line.isFlowing = true
    expect((await bread.settled).type).toBe('confirmed')
    expect(hasRegressed(ann)).toBe(true)
    expect(titlesOf(ann.list)).toEqual(['bread'])
  })

  it('is begun from the copy where the operator wants that, and nobody notices', async () => {
    const served = shop.open(store.open(), { onLostHistory: 'restore_copy' })
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    await store.restore()
    await served.event('history_recovered')
    expect((await add(ann.list, 'bread').settled).type).toBe('confirmed')
    expect(hasRegressed(ann)).toBe(false)
    expect(titlesOf(ann.list)).toEqual(['milk', 'bread'])
    expect(losses(served)).toMatchObject([{ action: 'restore_copy' }])
  })

  it('that was begun from a copy takes nothing that the copy may hold', async () => {
    const served = shop.open(store.open(), { onLostHistory: 'restore_copy' })
    const [ann, bob] = [await shop.enter(served), await shop.enter(served)]
    const held = served.history.holdAppends()
    const milk = add(ann.list, 'milk')
    await held.begun()
    const host = ann.line.host
    ann.line.host = undefined
    ann.line.cut()
    held.release()
    await shows(bob, 'milk')
    await store.restore()
    await served.event('history_recovered')
    ann.line.host = host
    expect((await milk.settled).type).toBe('unknown')
    expect((await add(ann.list, 'bread').settled).type).toBe('confirmed')
    expect(titlesOf(ann.list)).toEqual(['milk', 'bread'])
  })

  it('that was put back is told to everybody, and goes on where the operator wants that', async () => {
    const served = shop.open(store.open(), { onLostHistory: 'begin_anew' })
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    const backup = await store.backUp()
    await add(ann.list, 'bread').settled
    await store.restore(backup)
    await served.event('history_recovered')
    await shows(ann, 'milk')
    expect(ann.events).toContainEqual(expect.objectContaining({ type: 'regressed', commandCount: 2 }))
    expect((await add(ann.list, 'eggs').settled).type).toBe('confirmed')
    expect(titlesOf(ann.list)).toEqual(['milk', 'eggs'])
  })

  it('that was put back has no copy put over it: the document stops', async () => {
    const served = shop.open(store.open(), { onLostHistory: 'restore_copy' })
    const ann = await shop.enter(served)
    await add(ann.list, 'milk').settled
    const backup = await store.backUp()
    await add(ann.list, 'bread').settled
    await store.restore(backup)
    await served.event('history_lost')
    await expect(served.host.recover(shopping, 'restore_copy')).rejects.toMatchObject({ code: 'regressed' })
    await isStopped(served)
    expect(losses(served).map(({ action }) => action)).toEqual(['restore_copy', 'stop'])
    await served.host.recover(shopping, 'begin_anew')
    await shows(ann, 'milk')
  })

  it('and has grown to the same count again is not taken for the old one', async () => {
    const mine = shop.open(store.open())
    const ann = await shop.enter(mine)
    await add(ann.list, 'milk').settled
    const before = await store.backUp()
    const theirs = shop.open(store.open(), { idleTime: 0 })
    const bob = await shop.enter(theirs)
    await add(bob.list, 'bread').settled
    // A host that never had it would miss nothing.
    await shows(ann, 'milk,bread')
    for (const customer of [ann, bob]) await customer.leave()
    await theirs.event('document_closed')
    const regrown = await store.backUp()
    await store.restore(before)
    await mine.event('history_lost')
    await mine.host.recover(shopping, 'begin_anew')
    const cid = await shop.enter(mine)
    await add(cid.list, 'eggs').settled
    expect(titlesOf(cid.list)).toEqual(['milk', 'eggs'])
    mine.events.length = 0
    await store.restore(regrown)
    expect(await mine.event('history_lost')).toMatchObject({ position: { count: 2 } })
    await mine.host.recover(shopping, 'begin_anew')
    await shows(cid, 'milk,bread')
    expect(hasRegressed(cid)).toBe(true)
  })

  it('while no host runs is told to the clients that come back, and what is pending goes on', async () => {
    const before = shop.open(store.open())
    const ann = await shop.enter(before)
    await add(ann.list, 'milk').settled
    const backup = await store.backUp()
    await add(ann.list, 'bread').settled
    ann.line.host = undefined
    await before.host.close()
    const eggs = add(ann.list, 'eggs')
    await store.restore(backup)
    ann.line.host = shop.open(store.open()).host.session()
    expect((await eggs.settled).type).toBe('confirmed')
    expect(ann.events).toContainEqual(expect.objectContaining({ type: 'regressed', commandCount: 2 }))
    expect(titlesOf(ann.list)).toEqual(['milk', 'eggs'])
  })
})
