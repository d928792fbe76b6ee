import type { Batch, ClientRecord, Position } from '../contracts/history.ts'
import type { Commands } from '../protocol/messages.ts'

export const endOf = ({ from, completions, mark }: Batch): Position => ({ count: from + completions.length, mark })

/** What its client's record is once a batch is in the history. */
export const recordOf = (batch: Batch): ClientRecord => ({
  seq: batch.last,
  first: batch.after + 1,
  position: endOf(batch),
  outcome: batch.outcome,
  hashes: batch.hashes,
})

/** A batch as everybody is told of it. */
export function commandsOf(document: string, batch: Batch): Commands {
  const { from, follows, mark, at, client, after, last, completions, outcome } = batch
  const rejected = outcome.rejected?.map(({ seq }) => seq)
  return {
    type: 'commands',
    document,
    from,
    follows,
    mark,
    at,
    client,
    after,
    last,
    completions,
    ...(rejected && { rejected }),
  }
}
