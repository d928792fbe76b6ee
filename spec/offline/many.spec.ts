import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { bundle } from '../support/programs.ts'
import { list, shopping, type Todo } from '../support/scene.ts'
import { socketIoHost } from '../support/socket-io-fixture.ts'
import type { Report } from './programs/many.ts'
import { commandAt } from './programs/many-commands.ts'

const count = Number(process.env.MANY ?? 200_000)
const megabytes = Number(process.env.MANY_MEGABYTES ?? 256)

/** What so many commands come to. */
function played(commands: number): Todo[] {
  const todos: Todo[] = []
  const ids: string[] = []
  for (let i = 0; i < commands; i++) {
    const { action, path = [], props } = commandAt(i, ids) as { action: string; path?: string[]; props: Todo }
    if (action === 'create') ids.push(String(todos.push({ ...props }) - 1))
    else Object.assign(todos[Number(path[1])] as Todo, props)
  }
  return todos
}

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
      expect(Object.values(master.getSnapshot().document.todos)).toEqual(played(count))
      await served.close()
      await host.close()
      await programs.remove()
      await rm(folder, { recursive: true })
    },
    60_000 * Math.ceil(count / 200_000),
  )
})
