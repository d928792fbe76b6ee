import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createClient } from '../../lib/client/client.ts'
import { MillraceError } from '../../lib/errors.ts'
import type { SyncEvent } from '../../lib/events.ts'
import { offline } from '../../lib/offline/index.ts'
import { Device, type Tab } from '../support/device.ts'
import { FaultyLine } from '../support/faulty-line.ts'
import { quiet } from '../support/manual-time.ts'
import { add, emptyList, type Guest, type Lists, Scene, type Served, shopping, titlesOf } from '../support/scene.ts'

const lease = 10_000

interface Seat extends Guest {
  readonly tab: Tab
}

describe('A client with a storage', () => {
  let scene: Scene
  let device: Device
  let served: Served
  beforeEach(() => {
    scene = new Scene()
    device = new Device()
    served = scene.serve()
  })
  const seats: Seat[] = []
  afterEach(async () => {
    for (const { client } of seats.splice(0)) client.close()
    await scene.close()
  })

  /** A page with the shopping list; without a host it has no network. */
  function sit(host: Served | undefined = served, options = {}): Seat {
    const tab = device.tab()
    const line = new FaultyLine(host?.host.session())
    const storage = offline(tab, { lease })
    const client = createClient<Lists>({ transport: line.transport, environment: scene.time.environment, storage })
    const list = client.open(shopping, options)
    const events: SyncEvent[] = []
    list.sync$.subscribe((event) => events.push(event))
    const seat = { tab, line, client, list, events }
    seats.push(seat)
    return seat
  }

  async function seated(host?: Served): Promise<Seat> {
    const seat = sit(host)
    await seat.list.loaded
    return seat
  }

  /** Its page is gone, with all that it had not kept. */
  async function crash({ tab, line, client }: Seat): Promise<void> {
    await quiet()
    line.host = undefined
    tab.die()
    line.cut()
    client.close()
    await quiet()
  }

  async function shut({ client }: Seat): Promise<void> {
    client.close()
    await client.closed
  }

  const offlineNow = ({ line }: Seat) => {
    line.host = undefined
    line.cut()
  }

  const online = async ({ line }: Seat, { host } = served) => {
    line.host = host.session()
    scene.time.hurry.next()
    await scene.time.pass(1_000)
  }

  it('shows the document at its next start, with no network', async () => {
    const first = await seated()
    add(first.list, 'milk')
    await first.list.flush()
    await shut(first)

    const again = sit()
    offlineNow(again)
    await again.list.loaded
    expect(titlesOf(again.list)).toEqual(['milk'])
    expect(again.list.status.state).toBe('offline')
  })

  it('keeps what was done offline over a crash, and sends it once when there is a host', async () => {
    const first = await seated()
    offlineNow(first)
    const { kept } = add(first.list, 'milk')
    add(first.list, 'bread')
    await kept
    await crash(first)

    const again = sit()
    offlineNow(again)
    await again.list.loaded
    expect(titlesOf(again.list)).toEqual(['milk', 'bread'])
    add(again.list, 'eggs')
    await online(again)
    expect(await scene.titles()).toEqual(['milk', 'bread', 'eggs'])
  })

  it.each(['before it is said', 'after it is heard', 'after it is answered'])(
    'sends a flush once whose page crashed %s',
    async (when) => {
      const first = await seated()
      first.line.isFlowing = false
      add(first.list, 'milk')
      void first.list.flush()
      await quiet()
      if (when !== 'before it is said') first.line.link?.toHost()
      await quiet()
      if (when === 'after it is answered') while (first.line.link?.toClient());
      await crash(first)

      const again = await seated()
      await again.list.flush()
      expect(titlesOf(again.list)).toEqual(['milk'])
      expect(await scene.titles()).toEqual(['milk'])
    },
  )

  it('is kept before it is sent', async () => {
    const seat = await seated()
    seat.tab.freeze()
    add(seat.list, 'milk')
    void seat.list.flush()
    await quiet()
    expect(seat.line.heard.some(({ type }) => type === 'flush')).toBe(false)
  })

  it('answers when a command is kept, and when it was asked late', async () => {
    const seat = await seated()
    offlineNow(seat)
    const added = add(seat.list, 'milk')
    let isKept = false
    void added.kept.then(() => {
      isKept = true
    })
    expect(isKept).toBe(false)
    await quiet()
    expect(isKept).toBe(true)
    await added.kept
    expect([...device.contents(shopping).values()].join()).toContain('milk')
  })

  it('answers what was applied in a batch, or by who is told of another, only when that is kept', async () => {
    const seat = await seated()
    offlineNow(seat)
    await quiet()
    seat.tab.freeze()
    const answers: Promise<string>[] = []
    const note = (title: string) => answers.push(add(seat.list, title).kept.then(() => title))
    const kept: string[] = []
    seat.list.commands$.subscribe(({ command }) => {
      if ('props' in command && (command.props as { title: string }).title === 'milk') note('cream')
    })
    seat.list.batch(() => ['milk', 'bread'].forEach(note))
    for (const answer of answers) void answer.then((title) => kept.push(title))
    await quiet()
    expect(kept).toEqual([])

    seat.tab.wake()
    await Promise.all(answers)
    await crash(seat)
    const again = sit()
    offlineNow(again)
    await again.list.loaded
    expect(titlesOf(again.list)).toEqual(['milk', 'bread', 'cream'])
  })

  it('keeps what a page left that another takes and closes before it goes on with it', async () => {
    const first = await seated()
    offlineNow(first)
    await quiet()
    await add(first.list, 'milk').kept
    await crash(first)
    const second = sit()
    second.list.close()
    await crash(second)
    const last = sit()
    offlineNow(last)
    await last.list.loaded
    expect(titlesOf(last.list)).toEqual(['milk'])
    expect(last.events.filter(({ type }) => type === 'storage')).toEqual([])
  })

  it('does not say of a command that it is kept, whose batch threw', async () => {
    const { list } = await seated()
    const kept: Promise<void>[] = []
    const failing = () =>
      list.batch(() => {
        kept.push(add(list, 'milk').kept)
        throw new Error('out of paper')
      })
    expect(failing).toThrow('out of paper')
    await expect(kept[0]).rejects.toMatchObject({ code: 'rejected' })
  })

  it('begins a document offline with what it is given, and keeps that', async () => {
    const first = sit(undefined, { initial: emptyList })
    first.line.host = undefined
    await first.list.loaded
    add(first.list, 'milk')
    await shut(first)

    const again = await seated()
    await again.list.flush()
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('adopts the queue of a page that died, and sends it under its own name', async () => {
    const [one, two] = [await seated(), await seated()]
    offlineNow(one)
    add(one.list, 'milk')
    await crash(one)
    add(two.list, 'bread')
    await scene.time.pass(lease)
    expect((await scene.titles()).sort()).toEqual(['bread', 'milk'])
    expect(titlesOf(two.list).sort()).toEqual(['bread', 'milk'])
    const senders = new Set(two.line.heard.flatMap((message) => (message.type === 'flush' ? [message.client] : [])))
    const ids = [...device.contents(shopping).keys()].filter((key) => key.startsWith('queue/'))
    expect(senders.size).toBe(2)
    // The queue of the dead is gone.
    expect(ids).toHaveLength(1)
  })

  it('leaves what cannot be sent yet to a page that shows it', async () => {
    const before = [await seated(), await seated()]
    before.forEach(offlineNow)
    before.forEach(({ list }, i) => void add(list, `milk ${i}`))
    for (const seat of before) await crash(seat)

    const after: Seat[] = []
    for (const _ of before) {
      const seat = sit()
      offlineNow(seat)
      await seat.list.loaded
      await scene.time.pass(lease)
      after.push(seat)
    }
    expect(after.flatMap(({ list }) => titlesOf(list)).sort()).toEqual(['milk 0', 'milk 1'])
    for (const seat of after) await online(seat)
    expect((await scene.titles()).sort()).toEqual(['milk 0', 'milk 1'])
  })

  it('leaves the queue of a page that lives alone', async () => {
    const [one, two] = [await seated(), await seated()]
    offlineNow(one)
    add(one.list, 'milk')
    await scene.time.pass(10 * lease)
    expect(titlesOf(two.list)).toEqual([])
    await online(one)
    expect(titlesOf(two.list)).toEqual(['milk'])
  })

  it('goes on under a new name when it wakes and its queue was taken over: nothing is sent twice', async () => {
    const [one, two] = [await seated(), await seated()]
    offlineNow(one)
    add(one.list, 'milk')
    await quiet()
    one.tab.freeze()
    add(one.list, 'eggs')
    await scene.time.pass(2 * lease)
    expect(titlesOf(two.list)).toEqual(['milk'])

    one.tab.wake()
    await online(one)
    add(one.list, 'bread')
    await scene.time.pass(lease)
    await one.list.flush()
    expect((await scene.titles()).sort()).toEqual(['bread', 'eggs', 'milk'])
    expect(titlesOf(one.list).sort()).toEqual(['bread', 'eggs', 'milk'])
    expect(one.events).toContainEqual({ type: 'taken_over', commands: 1 })
  })

  it('tells what was refused at each start, until it is dismissed', async () => {
    const strict = scene.serve({
      beforeFlush: () => {
        throw new Error('Nobody shops today.')
      },
    })
    const first = await seated(strict)
    add(first.list, 'milk')
    await first.list.flush()
    const refused = (seat: Seat) => seat.events.filter(({ type }) => type === 'rejected')
    expect(refused(first)).toHaveLength(1)
    await shut(first)

    const second = await seated(strict)
    expect(refused(second)).toEqual(refused(first))
    const [event] = refused(second)
    second.list.dismiss((event as { notice: string }).notice)
    await shut(second)

    const third = await seated(strict)
    expect(refused(third)).toEqual([])
  })

  it('says so when the storage fails, goes on, and keeps everything once it works again', async () => {
    const seat = await seated()
    seat.tab.failure = new MillraceError('storage_failed', 'The disk is on fire.')
    add(seat.list, 'milk')
    await quiet()
    expect(seat.events).toContainEqual({ type: 'storage', code: 'storage_failed', reason: 'The disk is on fire.' })
    expect(titlesOf(seat.list)).toEqual(['milk'])
    seat.tab.failure = undefined
    await scene.time.pass(1_000)
    await seat.list.flush()
    expect(await scene.titles()).toEqual(['milk'])
    expect(seat.events.filter(({ type }) => type === 'storage')).toHaveLength(1)
  })

  it('misses nothing of what came while it did not know whether something was written', async () => {
    const [seat, other] = [await seated(), await scene.seat(served)]
    const sync = (title: string) => {
      add(other.list, title)
      return other.list.flush()
    }
    offlineNow(seat)
    for (const title of ['milk', 'bread']) await sync(title)
    seat.tab.isSilent = true
    seat.line.host = served.host.session()
    scene.time.hurry.next()
    await quiet()
    expect(seat.events.map(({ type }) => type)).toContain('storage')
    await sync('jam')
    seat.tab.isSilent = false
    await scene.time.pass(1_000)
    await crash(seat)
    const again = sit(undefined)
    await again.list.loaded
    expect(again.events).toEqual([])
    expect(titlesOf(again.list)).toEqual(['milk', 'bread', 'jam'])
  })

  it('sends what it cannot keep in a full storage', async () => {
    const seat = await seated()
    offlineNow(seat)
    add(seat.list, 'milk')
    await quiet()
    const full = new MillraceError('storage_full', 'There is no room.')
    const write = seat.tab.write.bind(seat.tab)
    seat.tab.write = (document, expected, changes) =>
      changes.every(({ value }) => value === undefined) ? write(document, expected, changes) : Promise.reject(full)
    add(seat.list, 'bread')
    await online(seat)
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    expect(device.contents(shopping).size).toBe(0)
    await crash(seat)
    const again = await seated()
    expect(titlesOf(again.list)).toEqual(['milk', 'bread'])
    await again.list.flush()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
  })

  it('sends what it cannot keep where there is no room to let go of anything either', async () => {
    const seat = await seated()
    offlineNow(seat)
    add(seat.list, 'milk')
    await quiet()
    seat.tab.failure = new MillraceError('storage_full', 'There is no room.')
    add(seat.list, 'bread')
    await online(seat)
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    seat.tab.failure = undefined
    await scene.time.pass(10_000)
    offlineNow(seat)
    add(seat.list, 'eggs')
    await quiet()
    await crash(seat)
    const again = await seated()
    await again.list.flush()
    expect(await scene.titles()).toEqual(['milk', 'bread', 'eggs'])
  })

  it('sends nothing twice that it sent while there was no room to say so', async () => {
    const seat = await seated()
    offlineNow(seat)
    add(seat.list, 'milk')
    await quiet()
    seat.tab.failure = new MillraceError('storage_full', 'There is no room.')
    add(seat.list, 'bread')
    await online(seat)
    await crash(seat)
    const again = await seated()
    await again.list.flush()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'unknown' }))
  })

  it.each([
    ['who sends it', /^queue/],
    ['the document', /confirmed$/],
    ['what waits', /waiting/],
  ])('puts aside what is damaged in %s, says so, and begins with the Master', async (_what, key) => {
    const first = await seated()
    add(first.list, 'milk')
    await first.list.flush()
    offlineNow(first)
    add(first.list, 'bread')
    await shut(first)
    const [damaged] = [...device.contents(shopping).keys()].filter((name) => key.test(name))
    device.set(shopping, damaged as string, '{"half":')

    const again = await seated()
    expect(titlesOf(again.list)).toEqual(['milk'])
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'storage', code: 'storage_damaged' }))
    const aside = [...device.contents(shopping).keys()].filter((name) => name.startsWith('aside/'))
    expect(aside.length).toBeGreaterThan(1)
  })

  it('says so when it comes upon damage while it looks for what others left', async () => {
    const seat = await seated()
    const read = seat.tab.read.bind(seat.tab)
    const damaged = new MillraceError('storage_damaged', 'A line is not what was written.', { aside: 'list.damaged-1' })
    seat.tab.read = () => {
      seat.tab.read = read
      return Promise.reject(damaged)
    }
    await scene.time.pass(lease)
    const told = { type: 'storage', code: 'storage_damaged', reason: 'A line is not what was written.' }
    expect(seat.events.filter(({ type }) => type === 'storage')).toEqual([told])
  })

  it('leaves alone what a newer program keeps, says so, and begins beside it', async () => {
    const first = await seated()
    offlineNow(first)
    add(first.list, 'milk')
    await shut(first)
    const [[key, value]] = [...device.contents(shopping)].filter(([name]) => name.startsWith('queue/')) as [
      [string, string],
    ]
    const newer = JSON.stringify({ ...JSON.parse(value), version: 2 })
    device.set(shopping, key, newer)

    const again = await seated()
    expect(titlesOf(again.list)).toEqual([])
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'storage', code: 'unsupported_version' }))
    expect(device.contents(shopping).get(key)).toBe(newer)
  })

  it('sends nothing twice where the storage went back to an earlier state', async () => {
    const first = await seated()
    offlineNow(first)
    add(first.list, 'milk')
    add(first.list, 'bread')
    await quiet()
    const earlier = new Map(device.contents(shopping))
    await online(first)
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    await crash(first)
    device.memory.documents.set(shopping, earlier)

    const again = await seated()
    await again.list.flush()
    expect(await scene.titles()).toEqual(['milk', 'bread'])
    expect(titlesOf(again.list)).toEqual(['milk', 'bread'])
    expect(again.events.filter(({ type }) => type === 'unknown')).toHaveLength(2)
  })

  it('puts a queue aside of which commands are missing', async () => {
    const first = await seated()
    offlineNow(first)
    add(first.list, 'milk')
    await shut(first)
    const contents = new Map(device.contents(shopping))
    for (const key of contents.keys()) if (/waiting/.test(key)) contents.delete(key)
    device.memory.documents.set(shopping, contents)
    const again = await seated()
    expect(again.events).toContainEqual(expect.objectContaining({ type: 'storage', code: 'storage_damaged' }))
  })

  it('does not grow with each start', async () => {
    const sizes: number[] = []
    for (let i = 0; i < 5; i++) {
      const seat = await seated()
      add(seat.list, `milk ${i}`)
      await seat.list.flush()
      await shut(seat)
      sizes.push(device.contents(shopping).size)
    }
    expect(Math.max(...sizes)).toBeLessThan(9)
    const pages = [await seated(), await seated(), await seated()]
    for (const page of pages) await shut(page)
    await seated()
    await quiet()
    expect([...device.contents(shopping).keys()].filter((key) => key.startsWith('queue/'))).toHaveLength(1)
  })

  it('is told of commands that were confirmed before it was started again, and are lost since', async () => {
    const before = await seated()
    await add(before.list, 'milk').settled
    add(before.list, 'bread')
    await before.list.flush()
    await shut(before)
    const empty = new Scene()
    const after = await seated(empty.serve())
    await scene.time.pass(1_000)
    expect(after.events.filter(({ type }) => type === 'regressed')).toMatchObject([
      { type: 'regressed', commandCount: 2, lost: { first: 1, last: 2 } },
    ])
    after.client.close()
    await empty.close()
  })

  it('keeps what it had sent where the host has lost the history and the page dies before it is sent again', async () => {
    const before = await seated()
    await add(before.list, 'milk').settled
    before.line.isFlowing = false
    add(before.list, 'bread')
    await quiet()
    const empty = new Scene()
    const elsewhere = empty.serve()
    before.list.sync$.subscribe(({ type }) => {
      if (type === 'regressed') offlineNow(before)
    })
    before.line.isFlowing = true
    before.line.host = elsewhere.host.session()
    before.line.cut()
    await scene.time.pass(1_000)
    expect(before.list.status.state).toBe('offline')
    await crash(before)
    const after = await seated(elsewhere)
    await after.list.flush()
    expect(after.events.map(({ type }) => type)).not.toContain('storage')
    expect(titlesOf(after.list)).toEqual(['bread'])
    after.client.close()
    await empty.close()
  })
})
