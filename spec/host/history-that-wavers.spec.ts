import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { AppendResult } from '../../lib/contracts/history.ts'
import { Held } from '../support/controlled-history.ts'
import { Scene, shopping } from '../support/scene.ts'
import { adding, Spoken } from '../support/spoken.ts'

describe('A history that wavers', () => {
  let scene: Scene

  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it('may lose what it has just appended: the host finds out and appends it again', async () => {
    const { host, history } = scene.serve()
    const session = new Spoken(host)
    await session.hello()
    await session.open(shopping)
    await session.flush(shopping, 0, [adding('tea')])

    history.append = async (): Promise<AppendResult> => {
      history.append = (run) => run()
      return { type: 'appended' }
    }
    await session.flush(shopping, 1, [adding('milk')])
    await scene.time.pass(2_000)

    expect(session.told.at(-1)).toMatchObject({ type: 'flushed', follows: { count: 1 }, record: { seq: 2 } })
    session.close()
  })

  it('may lose the first that was ever appended', async () => {
    const { host, history } = scene.serve()
    const session = new Spoken(host)
    await session.hello()
    await session.open(shopping)
    history.append = async (): Promise<AppendResult> => {
      history.append = (run) => run()
      return { type: 'appended' }
    }
    await session.flush(shopping, 0, [adding('tea')])
    await scene.time.pass(2_000)

    expect(session.told.at(-1)).toMatchObject({ type: 'flushed', follows: { count: 0 }, record: { seq: 1 } })
    session.close()
  })

  it('may fail while a document is being opened: nothing of what came meanwhile is told', async () => {
    const behind = scene.serve()
    behind.history.reads = new Held()
    const reader = new Spoken(behind.host)
    await reader.hello()
    await reader.open(shopping)
    const ahead = new Spoken(scene.serve().host)
    await ahead.hello()
    await ahead.open(shopping)
    for (const seq of [0, 1, 2]) await ahead.flush(shopping, seq, [adding(`todo ${seq}`)])
    const position = ahead.told.flatMap((message) => (message.type === 'flushed' ? [message.position] : [])).at(-1)

    behind.history.record = async () => {
      behind.history.reads?.release()
      await behind.history.reads?.wait()
      throw new Error('The store did not answer.')
    }
    const session = new Spoken(behind.host)
    await session.hello()
    const told = await session.ask({ type: 'open', document: shopping, client: 'me', position })

    expect(told).toEqual([expect.objectContaining({ type: 'error', code: 'unavailable' })])
    for (const one of [session, ahead, reader]) one.close()
  })
})
