import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import { keys, type Told } from './processes/writer-keys.ts'

const documents = ['list/one', 'list/two', '../three', '']
const rounds = 12

describe('fileStorage whose process is killed', () => {
  let programs: Bundles
  let folder: string
  const told = new Map<string, number>()

  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'writer')
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })
  afterAll(() => Promise.all([programs.remove(), rm(folder, { recursive: true })]))

  const start = (): ChildProcess => fork(programs.path('writer'), [folder, ...documents])

  /** Lets it write for so many answers, and then some microseconds more. */
  async function killAfter(answers: number): Promise<void> {
    const child = start()
    const ended = once(child, 'close')
    let count = 0
    child.on('message', ({ document, count: reached }: Told) => {
      told.set(document, reached)
      count += 1
      if (count === answers) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3)
    })
    expect(await ended).toEqual([null, 'SIGKILL'])
  }

  it('holds all that it answered, and nothing by halves, for who was there and who comes', async () => {
    const witness = fileStorage(folder)
    for (let round = 0; round < rounds; round += 1) {
      await killAfter(20 + round)
      const newcomer = fileStorage(folder)
      for (const document of documents) {
        const found = await witness.read(document, '')
        expect(await newcomer.read(document, '')).toEqual(found)
        const [first] = found
        expect(found).toEqual(keys.map((key) => ({ key, value: first?.value })))
        expect(Number(first?.value.split(' ', 1)[0])).toBeGreaterThanOrEqual(told.get(document) ?? 0)
      }
      await newcomer.close()
    }
    await witness.close()
    expect(readdirSync(join(folder, 'locks'))).toEqual(expect.not.arrayContaining([expect.stringContaining('asking')]))
  })

  it('lets go of the names of who was killed, and of who was not waited for', async () => {
    const storage = fileStorage(folder)
    const child = start()
    await once(child, 'message')
    expect(await storage.hold('the writer')).toBeUndefined()
    const ended = once(child, 'close')
    child.kill('SIGSTOP')
    expect(await storage.hold('the writer')).toBeUndefined()
    child.kill('SIGKILL')
    await ended
    expect(await storage.hold('the writer')).toBeDefined()
    await storage.close()
  })
})
