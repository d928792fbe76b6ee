import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import { sealed } from '../../../adapters/storage/file/lines.ts'
import type { Entry, Storage } from '../../../lib/contracts/storage.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import type { Filled } from './processes/filler.ts'

const document = 'list/shopping'

describe('fileStorage', () => {
  let programs: Bundles
  let folder: string
  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'filler')
  })
  afterAll(() => programs.remove())
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const filesNow = () => readdirSync(join(folder, 'documents')).map((name) => join(folder, 'documents', name))
  const logNow = () => filesNow().find((name) => name.endsWith('.log')) as string

  async function using<T>(work: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = fileStorage(folder)
    try {
      return await work(storage)
    } finally {
      await storage.close()
    }
  }

  const readAnew = () => using((storage) => storage.read(document, ''))

  /** A document that was written in some steps, closed again. */
  const written = (steps: number): Promise<readonly Entry[]> =>
    using(async (storage) => {
      for (let step = 0; step < steps; step += 1) await put(storage, `key ${step}`, `value ${step}`)
      return storage.read(document, '')
    })

  it('does not see a last write that was cut off anywhere, and goes on behind the one before', async () => {
    const before = await written(2)
    const { size } = statSync(logNow())
    const after = await using(async (storage) => {
      await storage.write(document, [], [{ key: 'a', value: 'b' }, ...before.map(({ key }) => ({ key, value: 'new' }))])
      return storage.read(document, '')
    })
    const whole = readFileSync(logNow())
    for (let length = size; length < whole.length; length += 1) {
      writeFileSync(logNow(), whole.subarray(0, length))
      // All but its end of line is all of it.
      const expected = length === whole.length - 1 ? after : before
      expect(await readAnew()).toEqual(expected)
      await using((storage) => put(storage, 'z', `${length}`))
      expect(await readAnew()).toEqual([...expected, { key: 'z', value: `${length}` }])
    }
    expect(filesNow()).toHaveLength(1)
  })

  it('does not see a last write of which the machine kept nothing but zeros', async () => {
    const before = await written(2)
    writeFileSync(logNow(), Buffer.alloc(500), { flag: 'a' })
    expect(await readAnew()).toEqual(before)
  })

  it('begins anew where not even the first line is whole', async () => {
    await written(1)
    for (const length of [0, 1, 30, 70]) {
      truncateSync(logNow(), length)
      expect(await readAnew()).toEqual([])
      expect(await written(2)).toHaveLength(2)
    }
  })

  it('notices a flipped bit anywhere, tells it once, keeps the file aside and loses no other write', async () => {
    const before = await written(4)
    const sound = readFileSync(logNow())
    for (let at = 0; at < sound.length; at += 1) {
      const damaged = Buffer.from(sound)
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << (at % 8)), at)
      writeFileSync(logNow(), damaged)
      const file = logNow()
      const isLastEnd = at === sound.length - 1
      await using(async (storage) => {
        if (!isLastEnd) {
          const told = await storage.read(document, '').catch((error: unknown) => error)
          expect(told).toMatchObject({ code: 'storage_damaged', data: { aside: expect.any(String) } })
          expect(readFileSync((told as { data: { aside: string } }).data.aside)).toEqual(damaged)
        }
        const found = await storage.read(document, '')
        expect(before).toEqual(expect.arrayContaining([...found]))
        // A line, or two where the end of one is gone.
        expect(before.length - found.length).toBeLessThanOrEqual(2)
        await put(storage, 'z', `${at}`)
      })
      expect((await readAnew()).at(-1)).toEqual({ key: 'z', value: `${at}` })
      for (const aside of filesNow()) if (aside !== file) await rm(aside)
    }
  })

  it('tells of damage to who writes, too, and has written nothing then', async () => {
    const before = await written(3)
    flip(logNow(), readFileSync(logNow()).indexOf('value 1'))
    await using(async (storage) => {
      await expect(put(storage, 'z', '1')).rejects.toMatchObject({ code: 'storage_damaged' })
      expect(await storage.read(document, '')).toEqual([before[0], before[2]])
      await put(storage, 'z', '2')
    })
    expect(await readAnew()).toHaveLength(3)
  })

  it('notices what is damaged while it is used, and loses none of the writes that wait', async () => {
    await using(async (storage) => {
      for (let step = 0; step < 3; step += 1) await put(storage, `key ${step}`, `value ${step}`)
      flip(logNow(), readFileSync(logNow()).indexOf('value 1'))
      const [read, write] = await Promise.allSettled([storage.read(document, ''), put(storage, 'z', '1')])
      expect(read).toMatchObject({ status: 'rejected', reason: { code: 'storage_damaged' } })
      expect(write).toEqual({ status: 'fulfilled', value: true })
      expect((await storage.read(document, '')).map(({ key }) => key)).toEqual(['key 0', 'key 2', 'z'])
    })
  })

  it('says what to do about a file of a newer version, and leaves it as it is', async () => {
    await written(1)
    writeFileSync(logNow(), sealed({ format: 2, made: 'x'.repeat(22), document }))
    const file = readFileSync(logNow())
    await using(async (storage) => {
      for (const call of [storage.read(document, ''), put(storage, 'a', '1')]) {
        await expect(call).rejects.toMatchObject({
          code: 'storage_failed',
          message: expect.stringContaining('it was written by a newer version'),
        })
      }
    })
    expect(readFileSync(logNow())).toEqual(file)
  })

  it('says what to do where the folder is a file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const storage = fileStorage(file)
    await expect(storage.read(document, '')).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('It must be a folder whose files can be read and written.'),
    })
    await storage.close()
  })

  it('keeps a file small whose keys are overwritten, and none of a document that is empty', async () => {
    await using(async (storage) => {
      await put(storage, 'kept', 'x')
      const large = 'y'.repeat(10_000)
      await Promise.all(Array.from({ length: 500 }, (_, step) => put(storage, `key ${step % 5}`, `${step}${large}`)))
      for (let step = 0; step < 50; step += 1) await put(storage, `key ${step % 5}`, `${step}${large}`)
      expect(statSync(logNow()).size).toBeLessThan(500_000)
      const other = await readAnew()
      expect(other.map(({ value }) => value.slice(0, 2))).toEqual(['x', '45', '46', '47', '48', '49'])
      await storage.write(
        document,
        [],
        other.map(({ key }) => ({ key, value: undefined })),
      )
    })
    expect(await readAnew()).toEqual([])
    expect(filesNow()).toEqual([])
  })

  it('begins anew what a compaction left unfinished', async () => {
    const before = await written(3)
    copyFileSync(logNow(), `${logNow()}.new`)
    truncateSync(`${logNow()}.new`, 100)
    expect(await readAnew()).toEqual(before)
  })

  it('rejects what the disk has no room for, keeps what it answered, and goes on with what is smaller', async () => {
    const limited = ['-c', 'ulimit -f 400; exec "$0" "$@"', process.execPath, programs.path('filler'), folder]
    const child = spawn('sh', limited, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const ended = once(child, 'exit')
    const [{ written: count, error, kept, afterwards }] = (await once(child, 'message')) as [Filled]
    expect(await ended).toEqual([0, null])
    expect(error).toMatchObject({ code: 'storage_full', message: expect.stringContaining('There is no room') })
    expect([count > 0, kept, afterwards]).toEqual([true, count, [true, 'storage_full', true]])
    expect(await readAnew()).toHaveLength(count + 2)
    expect(filesNow()).toHaveLength(1)
  })

  it('does not wait for a process that is gone', async () => {
    await written(1)
    const name = logNow().split('/').at(-1)?.replace('.log', '') as string
    writeFileSync(join(folder, 'locks', `${name}~aaaaaaaaaaaa~999999999~`), '')
    writeFileSync(join(folder, 'locks', `${name}~bbbbbbbbbbbb~${process.pid}~another boot-1`), '')
    expect(await readAnew()).toHaveLength(1)
    expect(readdirSync(join(folder, 'locks'))).toEqual([])
  })
})

const put = (storage: Storage, key: string, value: string) => storage.write(document, [], [{ key, value }])

function flip(file: string, position: number): void {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position)
  writeFileSync(file, bytes)
}
