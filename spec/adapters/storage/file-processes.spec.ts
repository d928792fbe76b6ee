import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import { storageSuite } from '../../../lib/testing/storage-suite.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import { type OtherClient, startOtherClient } from './processes/remote.ts'

describe('fileStorage', () => {
  let programs: Bundles
  let other: OtherClient
  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'other-client')
    other = startOtherClient(programs.path('other-client'))
  })
  afterAll(() => programs.remove())

  storageSuite(
    'storages in a folder that clients of two processes share',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
      let opened = 0
      return {
        open() {
          opened += 1
          return opened % 2 === 1 ? fileStorage(folder) : other.open(folder)
        },
        close: () => rm(folder, { recursive: true }),
      }
    },
    { describe, it },
    { durable: true, names: true },
  )

  it('lets a process end by itself once its storages are closed', async () => {
    expect(await other.end()).toBe(0)
  })
})
