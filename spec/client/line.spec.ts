import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { concat, NEVER, Observable, of, Subject, switchMap, throwError, timer } from 'rxjs'
import { createClient } from '../../lib/client/client.ts'
import type { LineStatus } from '../../lib/client/line.ts'
import type { DocumentStatus } from '../../lib/client/opening.ts'
import type { Transport } from '../../lib/contracts/transport.ts'
import { MillraceError } from '../../lib/errors.ts'
import { ManualTime, quiet } from '../support/manual-time.ts'
import { add, type Lists, Scene, shopping } from '../support/scene.ts'

const lost = () => new MillraceError('connection_lost', 'The line was cut.')

describe('A line', () => {
  let time: ManualTime
  beforeEach(() => {
    time = new ManualTime()
  })
  afterEach(() => {
    expect(time.timers).toBe(0)
  })

  const connect = (
    transport: Transport,
    random = () => 1,
    token?: () => string | undefined | Promise<string | undefined>,
  ) => {
    const environment = { ...time.environment, random }
    const client = createClient<Lists>({ transport, environment, ...(token && { token }) })
    const statuses: LineStatus[] = []
    client.status$.subscribe((status) => statuses.push(status))
    const list = client.open(shopping)
    return { client, list, statuses }
  }

  it('that cannot be had is tried again after half a second, which doubles up to thirty', async () => {
    const tries: number[] = []
    const { client } = connect(() => {
      tries.push(time.scheduler.frame)
      return throwError(lost)
    })
    await time.pass(200_000)
    const pauses = tries.slice(1).map((at, i) => at - (tries[i] as number))
    expect(pauses.slice(0, 9)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    client.close()
  })

  it('is tried again after any part of that time, so that many do not come at once', async () => {
    const tries: number[] = []
    const parts = [0.5, 0.25, 0]
    const { client } = connect(
      () => {
        tries.push(time.scheduler.frame)
        return tries.length > 3 ? NEVER : throwError(lost)
      },
      () => parts[tries.length - 1] as number,
    )
    await time.pass(1_000)
    expect(tries).toEqual([0, 250, 500, 500])
    client.close()
  })

  it('is tried at once when the network comes back', async () => {
    let tries = 0
    const { client, statuses } = connect(() => {
      tries += 1
      return tries === 1 ? throwError(lost) : NEVER
    })
    await quiet()
    expect(statuses.at(-1)).toEqual({ state: 'offline', reason: 'The line was cut.', retryIn: 500 })
    time.hurry.next()
    await quiet()
    expect(tries).toBe(2)
    expect(statuses.at(-1)).toEqual({ state: 'connecting' })
    client.close()
    expect(time.hurry.observed).toBe(false)
  })

  it('that breaks as soon as it is up is tried after longer and longer, until one has lasted', async () => {
    const tries: number[] = []
    let lasts = 100
    const { client } = connect(() => {
      tries.push(time.scheduler.frame)
      return concat(
        of({ type: 'welcome', protocol: 1, features: [], limits: {} as never } as const),
        timer(lasts, time.scheduler).pipe(switchMap(() => throwError(lost))),
      )
    })
    const pauses = () => tries.slice(1).map((at, i) => at - (tries[i] as number) - lasts)
    await time.pass(20_000)
    expect(pauses()).toEqual([500, 1_000, 2_000, 4_000, 8_000])

    lasts = 2_000
    tries.length = 0
    await time.pass(40_000)
    expect(pauses().slice(0, 2)).toEqual([500, 500])
    client.close()
  })

  it('is given up when the host knows who this is not, and says so to every document', async () => {
    let tries = 0
    const { client, list, statuses } = connect(() => {
      tries += 1
      return of({ type: 'error', code: 'unauthenticated', message: 'Sign in again.' })
    })
    await expect(list.loaded).rejects.toMatchObject({ code: 'unauthenticated', message: 'Sign in again.' })
    await time.pass(100_000)
    expect(tries).toBe(1)
    expect(statuses.at(-1)).toEqual({ state: 'refused', code: 'unauthenticated', reason: 'Sign in again.' })
    expect(list.status).toEqual({ state: 'refused', code: 'unauthenticated', reason: 'Sign in again.' })
    const late = client.open('list/other')
    await expect(late.loaded).rejects.toMatchObject({ code: 'unauthenticated' })
    client.close()
  })

  it('is tried again where the host has no room', async () => {
    let tries = 0
    const { client, statuses } = connect(() => {
      tries += 1
      return of({ type: 'error', code: 'too_many', message: 'Full.' })
    })
    await time.pass(1_400)
    expect(tries).toBe(2)
    expect(statuses.at(-1)).toEqual({ state: 'offline', reason: 'Full.', retryIn: 1_000 })
    client.close()
  })

  it('asks for the token anew each time', async () => {
    const said: unknown[] = []
    let tokens = 0
    const { client } = connect(
      (outgoing) =>
        new Observable((subscriber) => {
          subscriber.add(outgoing.subscribe((message) => said.push(message)))
          if (said.length < 3) subscriber.error(lost())
        }),
      () => 1,
      async () => `token ${++tokens}`,
    )
    await time.pass(3_000)
    expect(said).toEqual([1, 2, 3].map((n) => ({ type: 'hello', protocol: 1, token: `token ${n}` })))
    client.close()
  })

  it('whose token cannot be had says why, and is tried again', async () => {
    let asked = 0
    const { client, statuses } = connect(
      () => NEVER,
      () => 1,
      async () => {
        if (++asked === 1) throw new Error('The sign-in page is away.')
        return 'token'
      },
    )
    await quiet()
    expect(statuses.at(-1)).toEqual({ state: 'offline', reason: 'The sign-in page is away.', retryIn: 500 })
    await time.pass(500)
    expect(statuses.at(-1)).toEqual({ state: 'connecting' })
    client.close()
  })

  it('that stays silent is lost, whatever garbage it carries', async () => {
    let tries = 0
    const { client, statuses } = connect(() => {
      tries += 1
      return new Observable((subscriber) => {
        for (const garbage of [null, 7, 'hello', {}, { type: 'shutdown' }]) subscriber.next(garbage as never)
      })
    })
    await time.pass(10_000)
    expect(statuses.at(-1)).toMatchObject({ state: 'offline', reason: 'The host did not answer within 10000 ms.' })
    await time.pass(500)
    expect(tries).toBe(2)
    client.close()
  })

  it('is not begun before a document is opened, and is left by closing', async () => {
    let open = 0
    const transport: Transport = () =>
      new Observable(() => {
        open += 1
        return () => {
          open -= 1
        }
      })
    const client = createClient<Lists>({ transport, environment: time.environment })
    await quiet()
    expect(open).toBe(0)
    client.open(shopping)
    await quiet()
    expect(open).toBe(1)
    client.close()
    client.close()
    expect(open).toBe(0)
    expect(() => client.open(shopping)).toThrow(expect.objectContaining({ code: 'closed' }))
  })

  it('tells its whole life to whoever watches, and completes', async () => {
    const told = new Subject<never>()
    const { client, statuses } = connect(() => told)
    let isComplete = false
    client.status$.subscribe({ complete: () => (isComplete = true) })
    await quiet()
    told.next({ type: 'welcome', protocol: 1, features: [], limits: {} } as never)
    told.complete()
    client.close()
    expect(statuses.map(({ state }) => state)).toEqual(['connecting', 'live', 'offline', 'closed'])
    expect(isComplete).toBe(true)
  })
})

describe('One line', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('carries all documents of a client, each by itself', async () => {
    const { client, line, list } = await scene.seat(scene.serve())
    const other = client.open('list/other')
    await other.loaded
    expect(client.open(shopping)).toBe(list)
    expect(client.open('list/other')).toBe(other)
    await add(list, 'milk').settled
    await add(other, 'nails').settled
    expect(Object.values(other.getDocument().todos)).toEqual([{ title: 'nails' }])
    other.close()
    expect(client.open('list/other')).not.toBe(other)
    expect(line.links).toHaveLength(1)
    expect(list.status.state).toBe('live')
  })

  it.each(['', undefined, null, 5])('is none the worse for who opens a document by %p', async (id) => {
    const { client, line, list } = await scene.seat(scene.serve())
    expect(() => client.open(id as never)).toThrow(expect.objectContaining({ code: 'invalid_id' }))
    await scene.time.pass(10_000)
    expect(line.links).toHaveLength(1)
    expect(list.status.state).toBe('live')
    const kindless = client.open('list' as never)
    await expect(kindless.loaded).rejects.toMatchObject({ code: 'invalid_id' })
  })

  it('is none the worse for a document whose name is too long', async () => {
    const { client, line, list } = await scene.seat(scene.serve())
    const long = client.open(`list/${'x'.repeat(2_000)}`)
    await expect(long.loaded).rejects.toMatchObject({ code: 'invalid_id' })
    expect(long.status).toMatchObject({ state: 'refused', code: 'invalid_id' })
    await scene.time.pass(10_000)
    expect(line.links).toHaveLength(1)
    expect(list.status.state).toBe('live')
  })

  it('tells why a document is not there yet: the host has enough, until another is closed', async () => {
    const { client, list } = await scene.seat(scene.serve({ limits: { documents: 1 } }))
    const other = client.open('list/other')
    const statuses: DocumentStatus[] = []
    other.status$.subscribe((status) => statuses.push(status))
    await scene.time.pass(10_000)
    const reason = 'A session opens at most 1 documents (limits.documents).'
    expect(statuses).toEqual([
      { state: 'loading', reason: 'Waiting for the host.' },
      { state: 'loading', reason },
    ])
    list.close()
    await scene.time.pass(30_000)
    expect(statuses.at(-1)).toEqual({ state: 'live' })
  })

  it('says no more for a document that another one closed when the line came up', async () => {
    const served = scene.serve()
    const guest = await scene.seat(served)
    const other = guest.client.open('list/other')
    await other.loaded
    guest.list.status$.subscribe(({ state }) => {
      if (state === 'offline') other.close()
    })
    guest.line.cut()
    await scene.time.pass(1_000)
    expect(guest.list.status.state).toBe('live')
    const opened = guest.line.heard
      .filter(({ type }) => type === 'open')
      .map((message) => 'document' in message && message.document)
    expect(opened).toEqual([shopping, 'list/other', shopping])
    expect(served.host.counts.documents).toBe(2)
  })
})
