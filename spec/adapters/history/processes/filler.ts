import { lmdbHistory } from '../../../../adapters/history/lmdb/index.ts'
import { batchAfter, completion, endOf, initial, start } from '../../../../lib/testing/history/batches.ts'

// Appends until the disk is full, then a little less.

/** What came of it. */
export interface Filled {
  readonly appended: number
  readonly error: { readonly code: unknown; readonly message: string }
  readonly head: unknown
  readonly afterwards: string
}

const [folder] = process.argv.slice(2) as [string]
const adapter = lmdbHistory(folder)
const history = adapter.open('list/shopping')

async function fill(): Promise<Filled> {
  let position = start
  for (let after = 0; ; after += 1) {
    const batch = batchAfter(position, { after, completions: [completion('x'.repeat(20_000))] })
    try {
      await history.append(position, [batch], initial)
      position = endOf(batch)
    } catch (error) {
      const { code, message } = error as Error & { code: unknown }
      const { head } = await history.record('ann', 'subject')
      const { type } = await history.append(position, [batchAfter(position, { after })])
      return { appended: after, error: { code, message }, head, afterwards: type }
    }
  }
}

const filled = await fill()
await adapter.close()
process.send?.(filled)
process.disconnect()
