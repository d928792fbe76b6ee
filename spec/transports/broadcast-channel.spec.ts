import { afterEach, describe, expect, it } from '@jest/globals'
import {
  catchError,
  filter,
  firstValueFrom,
  lastValueFrom,
  map,
  NEVER,
  of,
  Subject,
  skip,
  takeUntil,
  toArray,
} from 'rxjs'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { asked, told } from '../../lib/testing/transport/messages.ts'
import { type ScriptedSource, scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { type TransportFactory, transportSuite } from '../../lib/testing/transport-suite.ts'
import { channelOf } from '../../transports/broadcast-channel/frames.ts'
import {
  broadcastChannelTransport,
  type ServeBroadcastChannelOptions,
  serveBroadcastChannel,
} from '../../transports/broadcast-channel/index.ts'
import { channelBridge } from '../support/channel-bridge.ts'
import { ManualTime } from '../support/manual-time.ts'

let names = 0
const newName = () => `spec ${process.pid} ${names++}`

/** Soon enough to be seen within a test. */
const impatient = { heartbeat: 100 }

const overABridge: TransportFactory = (source, way) => {
  const [near, far] = [newName(), newName()]
  const options = way?.startsWith('silence') ? impatient : {}
  const serving = serveBroadcastChannel(source, far, options)
  const bridge = channelBridge(near, far)
  return {
    connect: () => broadcastChannelTransport(near, options),
    unanswered: () => broadcastChannelTransport(newName(), { connectTimeout: 200 }),
    break(way) {
      if (way !== 'silence to the client') bridge.silence('to host')
      if (way !== 'silence to the host') bridge.silence('to client')
    },
    held: () => process.getActiveResourcesInfo(),
    close() {
      serving.unsubscribe()
      bridge.close()
    },
  }
}

transportSuite(
  'broadcastChannelTransport and serveBroadcastChannel',
  overABridge,
  { describe, it },
  {
    encodesOnce: true,
    held: true,
    unanswered: true,
    breaks: ['silence', 'silence to the host', 'silence to the client'],
    patience: 10_000,
  },
)

/** Whoever else runs in the origin: hears a channel, and posts what it likes. */
class Stranger {
  readonly heard: { readonly type?: unknown; readonly text?: string; readonly host?: string }[] = []
  readonly #channel: BroadcastChannel
  readonly #change$ = new Subject<void>()

  constructor(name: string) {
    this.#channel = new BroadcastChannel(name)
    this.#channel.onmessage = ({ data }) => {
      this.heard.push(data)
      this.#change$.next()
    }
  }

  post(...data: readonly unknown[]): void {
    for (const one of data) this.#channel.postMessage(one)
  }

  async hears(type: string): Promise<(typeof this.heard)[number]> {
    const found = () => this.heard.find((data) => data.type === type)
    return found() ?? (await firstValueFrom(this.#change$.pipe(map(found), filter(Boolean))))
  }

  close(): void {
    this.#channel.close()
  }
}

const until = async (source: ScriptedSource, holds: () => boolean) => {
  if (!holds()) await firstValueFrom(source.change$.pipe(filter(holds)))
}

describe('serveBroadcastChannel', () => {
  const ends: (() => void)[] = []
  const ending = <E extends { close(): void }>(one: E): E => {
    ends.push(() => one.close())
    return one
  }
  const serve = (source: ScriptedSource, name: string, options: ServeBroadcastChannelOptions = {}) => {
    const serving = serveBroadcastChannel(source, name, options)
    ends.push(() => serving.unsubscribe())
    return serving
  }
  afterEach(() => {
    for (const end of ends.splice(0).reverse()) end()
  })

  /** A session of somebody who does without the client's part. */
  async function introduce(name: string, session: string) {
    const [lobby, line] = [ending(new Stranger(name)), ending(new Stranger(channelOf(name, session)))]
    lobby.post({ type: 'call', session })
    const { host } = await lobby.hears('accept')
    let number = 0
    return {
      line,
      say: (frame: object) => line.post({ from: session, to: host, number: number++, ...frame }),
    }
  }

  it('passes over what is no message of this line, and others go on', async () => {
    const name = newName()
    const source = scriptedSource((session) => session.say(told(1)))
    serve(source, name)
    const other = firstValueFrom(broadcastChannelTransport(name)(NEVER).pipe(skip(1)))
    await until(source, () => source.sessions.length === 1)

    const lobby = ending(new Stranger(name))
    lobby.post(null, 7, 'call', [], { type: 'call' }, { type: 'call', session: 7 }, { type: 'call', session: '' })
    lobby.post({ type: '__proto__', session: 'x' }, { type: 'call', session: 'x'.repeat(1_000) })
    const { line, say } = await introduce(name, 'odd one')
    line.post(null, 'begin', { type: 'begin' }, { type: 'begin', from: 'odd one', to: 'nobody', number: 0 })
    say({ type: 'begin' })
    say({ type: 'say', text: '{"type":' })
    say({ type: 'say', text: '[1e400]' })
    const before = source.sessions.length
    await until(source, () => source.sessions[1]?.heard.length === 2)
    expect(source.sessions[1]?.heard).toEqual(['{"type":', [Number.POSITIVE_INFINITY]])
    expect(before).toBeLessThanOrEqual(2)
    source.sessions[0]?.say(told(2))
    expect(await other).toEqual(told(2))
    expect(source.sessions).toHaveLength(2)
  })

  it.each([
    ['twice', 0],
    ['after a gap', 5],
  ])('ends a session to which a frame comes %s, rather than lose or repeat one', async (_, number) => {
    const name = newName()
    const source = scriptedSource()
    serve(source, name)
    const { line, say } = await introduce(name, 'careless')
    say({ type: 'begin' })
    await until(source, () => source.sessions.length === 1)
    say({ type: 'say', text: '1', number })
    await until(source, () => source.sessions[0]?.isOver === true)
    expect(source.sessions[0]?.heard).toEqual([])
    await line.hears('lost')
  })

  it('cuts off who does not take what it is told, at a bound', async () => {
    const name = newName()
    const source = scriptedSource()
    serve(source, name, { maxBacklog: 200_000 })
    const { line, say } = await introduce(name, 'slow')
    say({ type: 'begin' })
    await until(source, () => source.sessions.length === 1)
    const large = { ...told(1), message: 'x'.repeat(60_000) } as ServerMessage
    source.sessions[0]?.say(large, large, large, large)
    expect(source.sessions[0]?.isOver).toBe(true)
    await line.hears('lost')
    expect(line.heard.filter(({ type }) => type === 'ask')).toHaveLength(1)
  })

  it('goes on saying to who takes it, however much it is', async () => {
    const name = newName()
    const source = scriptedSource()
    serve(source, name, { maxBacklog: 200_000 })
    const large = { ...told(1), message: 'x'.repeat(60_000) } as ServerMessage
    const outgoing = new Subject<ClientMessage>()
    const listening = broadcastChannelTransport(name)(outgoing).subscribe(() => outgoing.next(asked(1)))
    await until(source, () => source.sessions.length === 1)
    for (let told = 1; told <= 20; told++) {
      source.sessions[0]?.say(large)
      await until(source, () => source.sessions[0]?.heard.length === told)
    }
    expect(source.sessions[0]?.isOver).toBe(false)
    listening.unsubscribe()
  })

  it('answers no more calls than it may while none of them begins, and takes callers again when those are gone', async () => {
    const name = newName()
    const time = new ManualTime()
    const source = scriptedSource()
    serve(source, name, { maxWaiting: 3, environment: time.environment })
    const crowd = ending(new Stranger(name))
    for (let i = 0; i < 10; i++) crowd.post({ type: 'call', session: `nobody ${i}` })
    crowd.post({ type: 'call', session: 'nobody 0' })
    const calling = firstValueFrom(
      broadcastChannelTransport(name, { connectTimeout: 100 })(NEVER).pipe(catchError(({ code }) => of(code))),
    )
    expect(await calling).toBe('connection_lost')
    expect(crowd.heard.filter(({ type }) => type === 'accept')).toHaveLength(3)
    await time.pass(45_000)
    const later = broadcastChannelTransport(name)(NEVER).subscribe()
    await until(source, () => source.sessions.length === 1)
    later.unsubscribe()
  })

  it('notices by the clock that it was givenUp that somebody is gone, within three heartbeats', async () => {
    const name = newName()
    const time = new ManualTime()
    const source = scriptedSource()
    serve(source, name, { environment: time.environment })
    const { line, say } = await introduce(name, 'mortal')
    say({ type: 'begin' })
    await until(source, () => source.sessions.length === 1)
    await time.pass(30_000)
    await line.hears('ask')
    expect(source.sessions[0]?.isOver).toBe(false)
    say({ type: 'answer' })
    const listening = ending(new Stranger(name))
    await introduce(name, 'barrier')
    listening.close()
    await time.pass(44_000)
    expect(source.sessions[0]?.isOver).toBe(false)
    await time.pass(1_000)
    expect(source.sessions[0]?.isOver).toBe(true)
  })

  it('is found at once by those who called before it was there', async () => {
    const name = newName()
    const time = new ManualTime()
    const givenUp = new Subject<void>()
    ends.push(() => givenUp.next())
    const calling = broadcastChannelTransport(name, { environment: time.environment })(NEVER)
    const heard = firstValueFrom(calling.pipe(takeUntil(givenUp)))
    serve(
      scriptedSource((session) => session.say(told(1))),
      name,
    )
    expect(await heard).toEqual(told(1))
    expect(time.timers).toBe(0)
  })

  it('ends every session in order when it is closed', async () => {
    const name = newName()
    const source = scriptedSource((session) => session.say(told(1)))
    const serving = serve(source, name)
    const whole = lastValueFrom(broadcastChannelTransport(name)(NEVER).pipe(toArray()))
    await until(source, () => source.sessions.length === 1)
    serving.unsubscribe()
    expect(await whole).toEqual([told(1)])
    expect(source.sessions[0]?.isOver).toBe(true)
  })

  it('breaks the line where the host says what cannot be encoded', async () => {
    const name = newName()
    serve(
      scriptedSource((session) => session.say(Object.assign(told(1), { seq: 1n }))),
      name,
    )
    await expect(lastValueFrom(broadcastChannelTransport(name)(NEVER))).rejects.toMatchObject({
      code: 'connection_lost',
    })
  })
})
