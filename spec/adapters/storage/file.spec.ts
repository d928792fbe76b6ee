import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from '@jest/globals'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import { storageSuite } from '../../../lib/testing/storage-suite.ts'

storageSuite(
  'storages in a folder that two clients of one process share',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    return { open: () => fileStorage(folder), close: () => rm(folder, { recursive: true }) }
  },
  { describe, it },
  { durable: true, names: true },
)
