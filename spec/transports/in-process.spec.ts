import { describe, expect, it } from '@jest/globals'
import { concat, lastValueFrom, NEVER, of, Subject, toArray, VirtualTimeScheduler } from 'rxjs'
import type { ClientMessage } from '../../lib/protocol/messages.ts'
import { asked, numbers, told } from '../../lib/testing/transport/messages.ts'
import { scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { transportSuite } from '../../lib/testing/transport-suite.ts'
import { inProcessTransport, type Recorded } from '../../transports/in-process/index.ts'

const held = () => process.getActiveResourcesInfo()

/** Time that passes when it is told to. */
function virtual() {
  const scheduler = new VirtualTimeScheduler()
  return { scheduler, environment: { scheduler, now: () => scheduler.now() } }
}

describe('inProcessTransport', () => {
  transportSuite(
    'keeps the contract',
    (source) => ({ connect: () => inProcessTransport(source), held, close: () => {} }),
    { describe, it },
    { held: true },
  )
  transportSuite(
    'keeps the contract, with each message delayed by chance',
    (source) => ({
      connect: () => inProcessTransport(source, { delay: () => Math.random() * 5 }),
      held,
      close: () => {},
    }),
    { describe, it },
    { held: true },
  )

  it('delivers each message after its delay, both ways, and never in the turn it was sent', () => {
    const { scheduler, environment } = virtual()
    const source = scriptedSource()
    const log: string[] = []
    source.change$.subscribe(() => log.push(`host ${scheduler.now()}: ${source.sessions[0]?.heard.length} heard`))
    const transport = inProcessTransport(source, { delay: 20, environment })
    transport(concat(of(asked(1)), NEVER)).subscribe(() => log.push(`client ${scheduler.now()}`))
    source.sessions[0]?.say(told(1))
    expect(log).toEqual(['host 0: 0 heard'])
    scheduler.flush()
    expect(log).toEqual(['host 0: 0 heard', 'host 20: 1 heard', 'client 20'])
  })

  it('never reorders, whatever the delays', () => {
    const { scheduler, environment } = virtual()
    const source = scriptedSource()
    const delays = [50, 10, 0, 30, 5]
    const outgoing = new Subject<ClientMessage>()
    inProcessTransport(source, { delay: () => delays.shift() ?? 0, environment })(outgoing).subscribe()
    const arrivals: number[] = []
    source.change$.subscribe(() => arrivals.push(scheduler.now()))
    for (const number of numbers(1, 5)) outgoing.next(asked(number))
    scheduler.flush()
    expect(source.sessions[0]?.heard).toEqual(numbers(1, 5).map((number) => asked(number)))
    expect(arrivals).toEqual([50, 50, 50, 50, 50])
  })

  it('records the conversation as a transcript', () => {
    const { scheduler, environment } = virtual()
    const source = scriptedSource()
    const transcript: Recorded[] = []
    const outgoing = new Subject<ClientMessage>()
    const record = (entry: Recorded) => transcript.push(entry)
    inProcessTransport(source, { delay: 10, record, environment })(outgoing).subscribe(() => outgoing.next(asked(2)))
    source.change$.subscribe(() => {
      if (source.sessions[0]?.heard.length === 1) source.sessions[0].say(told(1))
    })
    outgoing.next(asked(1))
    scheduler.flush()
    expect(transcript).toEqual([
      { direction: 'to host', at: 0, message: asked(1) },
      { direction: 'to client', at: 10, message: told(1) },
      { direction: 'to host', at: 20, message: asked(2) },
    ])
  })

  it('vouches for whoever connects where it is told so', () => {
    const source = scriptedSource()
    inProcessTransport(source, { info: { subject: 'cron' } })(NEVER)
      .subscribe()
      .unsubscribe()
    expect(source.sessions[0]?.info).toEqual({ subject: 'cron' })
  })

  it('answers a message that is too large and ends the session', async () => {
    const source = scriptedSource(() => {}, 50)
    const large: ClientMessage = { type: 'hello', protocol: 1, app: 'ß'.repeat(10) }
    const messages = await lastValueFrom(inProcessTransport(source)(concat(of(large), NEVER)).pipe(toArray()))
    expect(messages).toEqual([
      { type: 'error', code: 'invalid_message', message: 'Message refused: 58 bytes, this host takes 50.' },
    ])
  })

  it('breaks the line where the host says what cannot be encoded', async () => {
    const source = scriptedSource((session) => session.say(Object.assign(told(1), { seq: 1n })))
    await expect(lastValueFrom(inProcessTransport(source)(NEVER))).rejects.toMatchObject({ code: 'connection_lost' })
  })
})
