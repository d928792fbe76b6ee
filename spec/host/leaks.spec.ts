import { setFlagsFromString } from 'node:v8'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Observable } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createClient } from '../../lib/client/client.ts'
import { createHost } from '../../lib/host/host.ts'
import { beyond } from '../support/beyond.ts'
import { FaultyLine } from '../support/faulty-line.ts'
import { ManualTime } from '../support/manual-time.ts'
import { bytesHeld } from '../support/memory.ts'
import { list as kind, type Lists, shopping } from '../support/scene.ts'

describe('A thousand clients that came and went', () => {
  // Compiled code is memory too, and comes when it likes: none is made.
  beforeAll(() => setFlagsFromString('--no-opt'))
  afterAll(() => setFlagsFromString('--opt'))

  it('leave nothing behind, however they went', async () => {
    const time = new ManualTime()
    const { environment } = time
    const history = memoryHistory({ retention: { commands: 0 } })
    const host = createHost({ documents: { list: kind }, history, environment, idleTime: 1_000 })
    // One name for all, so that the history's own records stay as many.
    const named = { ...environment, id: () => 'client' }

    const cycle = async (i: number) => {
      const line = new FaultyLine(host.session())
      const client = createClient<Lists>({ transport: line.transport, environment: named })
      const list = client.open(shopping)
      await list.loaded
      const streams: Observable<unknown>[] = [list.document$, list.at('todos').keys$, list.sync$, list.status$]
      const subscriptions = streams.map((stream) => stream.subscribe())
      list.apply({ action: 'create', path: ['todos'], props: { title: 'milk' }, id: 'x' })
      await list.flush()
      list.apply({ action: 'delete', path: ['todos', 'x'] })
      await list.flush()
      if (i % 3 === 0) line.cut()
      if (i % 3 === 1) for (const subscription of subscriptions) subscription.unsubscribe()
      if (i % 3 === 2) list.close()
      client.close()
      if (i % 10 === 0) await time.pass(1_000)
    }
    // The timers of what is watched here are the scheduler's; others are the test runner's.
    const resources = () =>
      process.getActiveResourcesInfo().filter((name) => name !== 'Immediate' && name !== 'Timeout')
    const held = () => ({
      ...host.counts,
      timers: time.timers,
      listeners: time.hurry.observers.length,
      resources: resources(),
    })

    for (let i = 0; i < 100; i++) await cycle(i)
    await time.pass(1_000)
    const [before, bytesBefore] = [held(), bytesHeld()]
    for (let i = 100; i < 1_000; i++) await cycle(i)
    await time.pass(1_000)
    const bytes = bytesHeld()
    const { resources: left, ...after } = held()
    const { resources: known, ...others } = before
    expect(after).toEqual(others)
    // What another spec had left behind may have gone meanwhile.
    expect(beyond(left, known)).toEqual([])
    expect(before).toMatchObject({ sessions: 0, documents: 0, timers: 0, listeners: 0 })
    expect(bytes / bytesBefore).toBeLessThan(1.02)
    await host.close()
  }, 60_000)
})
