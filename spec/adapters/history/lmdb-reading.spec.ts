import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { asyncScheduler, firstValueFrom, type SchedulerLike, type Subscription, skip } from 'rxjs'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { realEnvironment } from '../../../lib/environment.ts'
import { batchAfter, begin, documentId, initial, lastOf, start, write } from '../../../lib/testing/history/batches.ts'
import { ManualTime } from '../../support/manual-time.ts'
import { lmdbStore } from '../../support/stores.ts'

const hour = 3_600_000

describe('lmdbHistory', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('looks for appends of others only while somebody reads, with one timer for all', async () => {
    const timers = new Set<Subscription>()
    const adapter = lmdbHistory(folder, { environment: { ...realEnvironment, scheduler: counting(timers) } })
    await begin(adapter.open(documentId), 3)
    expect(timers.size).toBe(0)
    const readers = [documentId, documentId, 'list/other'].map((id) => adapter.open(id).read(start).subscribe())
    expect(timers.size).toBe(1)
    for (const reader of readers) reader.unsubscribe()
    expect(timers.size).toBe(0)

    adapter
      .open(documentId)
      .read(start)
      .subscribe({ error: () => undefined })
    await adapter.close()
    expect(timers.size).toBe(0)
  })

  it('shows at once what was appended here', async () => {
    const adapter = lmdbHistory(folder, { pollInterval: hour })
    const history = adapter.open(documentId)
    const head = lastOf(await begin(history, 1))
    const second = firstValueFrom(history.read(start).pipe(skip(1)))
    const batch = batchAfter(head, { after: 1 })
    await write(adapter.open(documentId), head, [batch])
    expect(await second).toEqual(batch)
    await adapter.close()
  })

  it('misses no append, however it falls between two looks', async () => {
    const [here, there] = [lmdbHistory(folder), lmdbHistory(folder, { pollInterval: 1 })]
    let head = await write(here.open(documentId), start, [], initial)
    for (let after = 0; after < 800; after += 1) {
      const batch = batchAfter(head, { after })
      const seen = firstValueFrom(there.open(documentId).read(head))
      head = await write(here.open(documentId), head, [batch])
      expect((await seen).mark).toBe(batch.mark)
    }
    await Promise.all([here.close(), there.close()])
  })

  it('misses no loss, though the store is again as it was at the last look', async () => {
    const time = new ManualTime()
    const store = await lmdbStore()
    const adapter = store.open({ pollInterval: 50, environment: time.environment })
    const history = adapter.open(documentId)
    const head = lastOf(await begin(history, 1))
    const lost = firstValueFrom(history.read(head).pipe(skip(1)))
    await time.pass(50)
    const lookedAt = await store.backUp()
    await write(history, head, [batchAfter(head, { after: 1 })])
    await store.restore(lookedAt)
    const isLost = expect(lost).rejects.toMatchObject({ code: 'regressed' })
    await time.pass(50)
    await isLost
    await store.close()
  })

  it('leaves room for others between the pages of a long past', async () => {
    const adapter = lmdbHistory(folder)
    const history = adapter.open(documentId)
    const batches = await begin(history, 1_000)
    let read = 0
    const all = new Promise<void>((resolve) => {
      history.read(start).subscribe({
        next() {
          read += 1
          if (read === batches.length) resolve()
        },
        error: () => undefined,
      })
    })
    expect(read).toBeGreaterThan(0)
    expect(read).toBeLessThan(batches.length)
    await all
    await adapter.close()
  })
})

/** Runs every timer, and holds those that are under way. */
function counting(timers: Set<Subscription>): SchedulerLike {
  return {
    now: () => asyncScheduler.now(),
    schedule(...work: Parameters<SchedulerLike['schedule']>) {
      const timer = asyncScheduler.schedule(...(work as Parameters<typeof asyncScheduler.schedule>))
      timers.add(timer)
      timer.add(() => timers.delete(timer))
      return timer
    },
  }
}
