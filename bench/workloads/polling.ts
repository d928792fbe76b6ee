import { Remote } from '../support/remote.ts'
import type { Workload } from '../support/workload.ts'

export const polling: Workload = {
  name: 'polling',
  title: 'Fan-out over HTTP',
  definition:
    'Server code changes a title of 500 characters, change after change, for clients that poll, over loopback. Clients and host ' +
    'are one process, so its CPU is that of both. Encodings: how often the text of a batch was made, where each poller could have its own.',

  async measure({ isQuick }, say) {
    const rows = []
    for (const pollers of [100, 500]) {
      say(`${pollers} pollers`)
      const remote = new Remote('polling')
      try {
        const values = await remote.ask<Record<string, number>>('poll', pollers, isQuick ? 20 : 50)
        rows.push({ name: `millrace, ${pollers} pollers`, values })
      } finally {
        await remote.end()
      }
    }
    return [{ name: 'HTTP', rows }]
  },
}
