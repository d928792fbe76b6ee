import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { historySuite } from '../../../lib/testing/history-suite.ts'
import { type Bundles, bundle } from '../../support/programs.ts'
import { type OtherHost, startOtherHost } from './processes/remote.ts'

describe('lmdbHistory', () => {
  let programs: Bundles
  let other: OtherHost
  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'other-host')
    other = startOtherHost(programs.path('other-host'))
  })
  afterAll(() => programs.remove())

  historySuite(
    'a history in a folder that hosts of two processes share',
    async ({ retention }) => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
      let opened = 0
      return {
        open() {
          opened += 1
          const isHere = opened % 2 === 1
          return isHere ? lmdbHistory(folder, { retention, pollInterval: 5 }) : other.open(folder, retention)
        },
        close: () => rm(folder, { recursive: true }),
      }
    },
    { describe, it },
    { durable: true, channel: 'opener' },
  )

  it('lets a process end by itself once its hosts are closed', async () => {
    expect(await other.end()).toBe(0)
  })
})
