import { lmdbHistory } from '../../../../adapters/history/lmdb/index.ts'
import type { Batch } from '../../../../lib/contracts/history.ts'
import { chainAfter, initial, lastOf, marksOf, start } from '../../../../lib/testing/history/batches.ts'

// Appends to each document it is named until it is killed, and tells of every append once that was answered.

/** What was answered. */
export interface Told {
  readonly document: string
  readonly marks: readonly string[]
}

const batchesAnAppend = 3
const commandsABatch = 2

const [folder, ...documents] = process.argv.slice(2) as [string, ...string[]]
const adapter = lmdbHistory(folder)

async function appendForever(document: string): Promise<never> {
  const history = adapter.open(document)
  const { head, record } = await history.record('ann', 'subject')
  let position = head ?? start
  for (let after = record?.seq ?? 0; ; after += batchesAnAppend * commandsABatch) {
    const batches: Batch[] = chainAfter(position, batchesAnAppend, { after, commands: commandsABatch })
    const { type } = await history.append(position, batches, initial)
    if (type !== 'appended') throw new Error(`The answer is ${type}.`)
    process.send?.({ document, marks: marksOf(batches) } satisfies Told)
    position = lastOf(batches)
  }
}

await Promise.all(documents.map(appendForever))
