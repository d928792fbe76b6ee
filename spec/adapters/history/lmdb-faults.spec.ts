import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { batchAfter, begin, documentId, lastOf, marksOf } from '../../../lib/testing/history/batches.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import { allOf } from './processes/all-of.ts'
import type { Filled } from './processes/filler.ts'

describe('lmdbHistory', () => {
  let programs: Bundles
  let folder: string
  let data: string
  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'filler')
  })
  afterAll(() => programs.remove())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    data = join(folder, 'data.mdb')
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** A store of some size, closed again. */
  async function stored() {
    const adapter = lmdbHistory(folder)
    const batches = await begin(adapter.open(documentId), 200, { commands: 10 })
    await adapter.open('list/other').append({ count: 0, mark: '' }, [], { title: 'needle' })
    await adapter.close()
    return batches
  }

  it.each([
    ['is not a store', () => writeFileSync(data, 'a file of another kind'), 'data.mdb is not a store of this kind'],
    ['is full of zeros', () => writeFileSync(data, Buffer.alloc(100_000)), 'data.mdb is not a store of this kind'],
    ['was cut off in its head', () => truncateSync(data, 5_000), 'data.mdb was cut off'],
    ['has another format', () => flip(data, 28), 'data.mdb has the format 3, not 2'],
    ['has a damaged head', () => flip(data, 4096 + 24), 'data.mdb is damaged in its head'],
  ])('says what to do about a file that %s', async (_, damage, says) => {
    await stored()
    damage()
    expect(() => lmdbHistory(folder)).toThrow(
      expect.objectContaining({
        code: 'unavailable',
        message: `The history in ${folder} cannot be used: ${says}. Restore it from a backup, or move it away to begin anew.`,
      }),
    )
  })

  it('says what to do where the folder is a file', () => {
    writeFileSync(data, '')
    expect(() => lmdbHistory(data)).toThrow(expect.objectContaining({ code: 'unavailable' }))
    expect(() => lmdbHistory(data)).toThrow('It must be a folder whose files can be read and written.')
  })

  it('begins anew in a file that is empty', async () => {
    writeFileSync(data, '')
    expect(await stored()).toHaveLength(200)
  })

  it('answers with unavailable, and lives, where the file was cut off', async () => {
    const head = lastOf(await stored())
    truncateSync(data, 8_192)
    const adapter = lmdbHistory(folder)
    const history = adapter.open(documentId)
    for (const call of [history.load(), history.append(head, [batchAfter(head, { after: 2_000 })]), allOf(history)]) {
      await expect(call).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('data.mdb is damaged'),
      })
    }
    await adapter.close()
  })

  it('finds a flipped bit in what is stored', async () => {
    await stored()
    flip(data, readFileSync(data).lastIndexOf('needle'))
    const adapter = lmdbHistory(folder)
    await expect(adapter.open('list/other').load()).rejects.toMatchObject({ code: 'unavailable' })
    expect(await adapter.open(documentId).load()).toBeDefined()
    await adapter.close()
  })

  it('rejects what the disk has no room for, keeps what it answered, and goes on', async () => {
    const limited = ['-c', 'ulimit -f 1600; exec "$0" "$@"', process.execPath, programs.path('filler'), folder]
    const child = spawn('sh', limited, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
    const ended = once(child, 'exit')
    const [{ appended, error, head, afterwards }] = (await once(child, 'message')) as [Filled]
    expect(await ended).toEqual([0, null])
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringContaining('it could not be written') })
    expect([appended > 0, head, afterwards]).toEqual([true, expect.objectContaining({ count: appended }), 'appended'])

    const adapter = lmdbHistory(folder)
    const batches = await allOf(adapter.open(documentId))
    expect(batches).toHaveLength(appended + 1)
    expect(marksOf(batches.slice(0, -1))).toEqual(batches.slice(1).map(({ follows }) => follows))
    await adapter.close()
  })
})

function flip(file: string, position: number): void {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position)
  writeFileSync(file, bytes)
}
