import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from '@jest/globals'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { historySuite } from '../../../lib/testing/history-suite.ts'

historySuite(
  'a history in a folder that two hosts of one process share',
  async ({ retention }) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
    return {
      open: () => lmdbHistory(folder, { retention, pollInterval: 5 }),
      close: () => rm(folder, { recursive: true }),
    }
  },
  { describe, it },
  { durable: true, channel: 'opener' },
)
