import { contenderPath } from '../support/contenders.ts'
import { Remote } from '../support/remote.ts'
import type { Row, Table } from '../support/table.ts'
import type { Workload } from '../support/workload.ts'

export const memory: Workload = {
  name: 'memory',
  title: 'Memory',
  definition:
    'What the heap grows by, after everything that can be freed is. A todo: one of 10,000 at a client. A pending ' +
    'command: one of 10,000 updates that wait at a client; bare is the command and nothing else. A session: one of 1,000 that have ' +
    'one document open at a host, with what speaks for the client in this process. A document: one of 1,000 lists of ten ' +
    'todos that a host has open, with the history in memory.',

  async measure({ only }, say) {
    const part = async (name: string, ask: string, contenders: readonly string[]): Promise<Table> => {
      say(name)
      const rows: Row[] = []
      for (const contender of contenders.filter((one) => !only || only.includes(one)))
        rows.push({ name: contender, values: { bytes: await bytesOf(contender, ask) } })
      return { name, rows: comparedTo(contenders[contenders.length - 1] as string, rows) }
    }
    return [
      await part('a todo', 'todo', ['millrace', 'flushout', 'yjs', 'plain']),
      await part('a pending command', 'pending', ['millrace', 'flushout', 'bare']),
      await part('an idle session', 'session', ['millrace']),
      await part('an idle document', 'hosted', ['millrace']),
    ]
  },
}

async function bytesOf(contender: string, ask: string): Promise<number> {
  const remote = new Remote('memory')
  try {
    return await (contender === 'bare' ? remote.ask<number>('bare') : remote.ask<number>(ask, contenderPath(contender)))
  } finally {
    await remote.end()
  }
}

/** How many times as much as this one each takes. */
function comparedTo(name: string, rows: readonly Row[]): readonly Row[] {
  const measure = rows.find((row) => row.name === name)?.values.bytes
  if (measure === undefined || rows.length === 1) return rows
  return rows.map((row) => ({
    ...row,
    values: { ...row.values, [`times ${name}`]: (row.values.bytes as number) / measure },
  }))
}
