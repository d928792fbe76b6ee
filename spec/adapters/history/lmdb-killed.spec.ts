import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import type { Batch } from '../../../lib/contracts/history.ts'
import { batchAfter, endOf, lastOf, marksOf, write } from '../../../lib/testing/history/batches.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import { allOf } from './processes/all-of.ts'
import type { Told } from './processes/appender.ts'

const documents = ['list/one', 'list/two', '../three', '']
const batchesAnAppend = 3
const rounds = 4
const toldARound = 100

describe('lmdbHistory whose process is killed', () => {
  let programs: Bundles
  let folder: string
  const told = new Map<string, string[]>(documents.map((document) => [document, []]))

  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'appender')
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })
  afterAll(() => Promise.all([programs.remove(), rm(folder, { recursive: true })]))

  async function killInTheMiddle(): Promise<void> {
    const child = fork(programs.path('appender'), [folder, ...documents])
    const ended = once(child, 'close')
    let count = 0
    child.on('message', ({ document, marks }: Told) => {
      told.get(document)?.push(...marks)
      count += 1
      if (count === toldARound) child.kill('SIGKILL')
    })
    expect(await ended).toEqual([null, 'SIGKILL'])
  }

  it('holds all that it answered, and nothing by halves, for who was there and who comes', async () => {
    const witness = lmdbHistory(folder)
    for (let round = 0; round < rounds; round += 1) {
      await killInTheMiddle()
      const newcomer = lmdbHistory(folder)
      for (const document of documents) {
        const found = await allOf(witness.open(document))
        expect(await allOf(newcomer.open(document))).toEqual(found)
        expect(marksOf(found)).toEqual(expect.arrayContaining(told.get(document) as string[]))
        expect(await newcomer.open(document).record('ann', 'subject')).toMatchObject(recordIn(found))
        expect(found.filter(({ client }) => client === 'ann').length % batchesAnAppend).toBe(0)
        await write(witness.open(document), lastOf(found), [batchAfter(lastOf(found), { client: `witness ${round}` })])
      }
      await newcomer.close()
    }
    await witness.close()
  })
})

function recordIn(batches: readonly Batch[]) {
  const last = batches.findLast(({ client }) => client === 'ann') as Batch
  return { record: { seq: last.last, position: endOf(last), hashes: last.hashes }, head: lastOf(batches) }
}
