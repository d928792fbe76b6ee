import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { bundle } from '../support/programs.ts'
import { list, shopping } from '../support/scene.ts'
import { socketIoHost } from '../support/socket-io-fixture.ts'
import type { Report } from './programs/many.ts'

const count = Number(process.env.MANY ?? 200_000)
const megabytes = Number(process.env.MANY_MEGABYTES ?? 256)

describe('A client with very much to send', () => {
  it(
    'keeps it, sends it in flushes that the host takes, and says how far it is, in little memory',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
      const programs = await bundle(new URL('./programs/', import.meta.url), 'many')
      const host = createHost({
        documents: { list },
        history: memoryHistory(),
        limits: { documentBytes: 1_000_000_000 },
      })
      const served = await socketIoHost(host)
      const reports: Report[] = []
      const child = fork(programs.path('many'), [served.url, folder, String(count)], {
        execArgv: [`--max-old-space-size=${megabytes}`],
      })
      child.on('message', (report) => reports.push(report as Report))
      expect(await once(child, 'exit')).toEqual([0, null])

      if (process.env.MANY) console.log(reports)
      expect(reports.map((report) => ('count' in report ? report.count : report.type))).toEqual([
        'kept',
        ...Array.from({ length: 11 }, (_, i) => count - (i * count) / 10),
        'confirmed',
      ])
      const master = await host.open(shopping)
      const titles = Object.values(master.getSnapshot().document.todos).map(({ title }) => title)
      expect(titles).toEqual(Array.from({ length: count }, (_, i) => `todo ${i}`))
      await served.close()
      await host.close()
      await programs.remove()
      await rm(folder, { recursive: true })
    },
    60_000 * Math.ceil(count / 200_000),
  )
})
