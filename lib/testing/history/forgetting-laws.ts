import type { Batch, ClientRecord, History, Position } from '../../contracts/history.ts'
import { same } from '../transport/checks.ts'
import {
  batchAfter,
  begin,
  chainAfter,
  documentId,
  endOf,
  initial,
  lastOf,
  start,
  verdictsIn,
  write,
} from './batches.ts'
import type { HistoryLaw } from './law.ts'

const rounds = 10

/** Records of clients that were away for long, and the trace that they leave. */
export const forgettingLaws: readonly HistoryLaw[] = [
  {
    name: 'keeps a record as long as the batch that it is of, and as long again as it is told',
    retention: { commands: 2, records: 4 },
    async run({ left, right }) {
      const history = left.open(documentId)
      const ann = await begin(history, 1)
      let head = lastOf(ann)
      const seqs: (number | undefined)[] = []
      for (let after = 0; after < 6; after += 1) {
        head = await write(history, head, [batchAfter(head, { client: 'bob', after })])
        same(await history.save(head, initial), 'saved', 'the answer to a snapshot')
        seqs.push((await recordIn(right.open(documentId), 'ann'))?.seq)
      }
      same(seqs, [1, 1, 1, undefined, undefined, undefined], 'the seq of a client that is away, commands later')
      same((await recordIn(right.open(documentId), 'bob'))?.seq, 6, 'the seq of one that is there')
    },
  },
  {
    name: 'never keeps a record shorter than its batch',
    retention: { commands: 4, records: 0 },
    async run({ left, right }) {
      const { head } = await annThenOthers(left.open(documentId), 3)
      same((await recordIn(right.open(documentId), 'ann'))?.seq, 1, 'the seq of a client whose batch is there')
      const more = chainAfter(head, 2, { client: 'cid' })
      await write(left.open(documentId), head, more)
      await left.open(documentId).save(lastOf(more), initial)
      same(await recordIn(right.open(documentId), 'ann'), undefined, 'the record of a client whose batch is gone')
    },
  },
  {
    name: 'calls a flush expired that may be of a record that is forgotten',
    retention: { commands: 0, records: 3 },
    async run({ left, right }) {
      const { ann, head } = await annThenOthers(left.open(documentId), 5)
      const flushes: [string, Batch][] = [
        ['what was taken', { ...ann, follows: head.mark, from: head.count }],
        ['what would follow it', batchAfter(head, { after: 1, sentFrom: start })],
        ['another client', batchAfter(head, { client: 'cid', sentFrom: start })],
      ]
      for (const [what, flush] of flushes) {
        const answer = await right.open(documentId).append(head, [{ ...flush, mark: `again ${what}` }])
        same(verdictsIn(answer), ['expired'], `the verdict on ${what}`)
      }
      const bob = batchAfter(head, { client: 'bob', after: 5, sentFrom: start })
      await write(right.open(documentId), head, [bob])
      same((await recordIn(left.open(documentId), 'bob'))?.seq, 6, 'the seq of one whose record is there')
    },
  },
  {
    name: 'takes the flush of a new client from where nothing is forgotten, held or trimmed',
    retention: { commands: 0, records: 3 },
    async run({ left, right }) {
      const { ann, others, head } = await annThenOthers(left.open(documentId), 5)
      let end = head
      for (const [index, sentFrom] of [endOf(ann), endOf(others[1] as Batch), head].entries()) {
        end = await write(right.open(documentId), end, [batchAfter(end, { client: `new ${index}`, sentFrom })])
      }
      const returned = batchAfter(end, { hashes: ['another'], sentFrom: head })
      await write(right.open(documentId), end, [returned])
      same((await recordIn(left.open(documentId), 'ann'))?.hashes, ['another'], 'the record of who came back')
    },
  },
  {
    name: 'calls a flush expired that was sent from a position of another history',
    async run({ left, right }) {
      const head = lastOf(await begin(left.open(documentId), 3))
      const elsewhere: Position[] = [
        { count: 2, mark: 'other' },
        { ...head, mark: 'other' },
        { count: 99, mark: head.mark },
      ]
      for (const sentFrom of elsewhere) {
        const answer = await right.open(documentId).append(head, [batchAfter(head, { client: 'bob', sentFrom })])
        same(verdictsIn(answer), ['expired'], `the verdict on a flush from ${sentFrom.mark} of ${sentFrom.count}`)
      }
      const sentFrom = elsewhere[0] as Position
      const seen = await right.open(documentId).append(head, [batchAfter(head, { sentFrom })])
      same(verdictsIn(seen), ['seen'], 'the verdict on what the record of its client has')
      const next = await right.open(documentId).append(head, [batchAfter(head, { after: head.count, sentFrom })])
      same(verdictsIn(next), ['expired'], 'the verdict on what would follow the record of its client')
      const beginner = batchAfter(head, { client: 'bob', sentFrom: { ...start, mark: 'other' } })
      await write(right.open(documentId), head, [beginner])
    },
  },
  {
    name: 'has forgotten what was before a beginning above 0',
    async run({ left, right }) {
      const position = { count: 7, mark: 'seven' }
      const early = batchAfter(position, { sentFrom: start })
      const first = await left.open(documentId).append(position, [early], initial)
      same(verdictsIn(first), ['expired'], 'the verdict on a flush with the beginning')
      same(await right.open(documentId).load(), undefined, 'what there is to load')
      await write(left.open(documentId), position, [], initial)
      same(verdictsIn(await right.open(documentId).append(position, [early])), ['expired'], 'the verdict behind it')
      await write(right.open(documentId), position, [batchAfter(position, { sentFrom: position })])
    },
  },
  {
    name: 'keeps as much as a snapshot is saved with',
    retention: { commands: 0, records: 0 },
    async run({ left, right, read, untilRead, untilEnded }) {
      const { head } = await annThenOthers(left.open(documentId), 5, { commands: 9 })
      same((await recordIn(right.open(documentId), 'ann'))?.seq, 1, 'the seq of a client, where much is kept')
      await untilRead(read(right.open(documentId), start), head.mark)
      await left.open(documentId).save(head, initial, { commands: 2, records: 9 })
      await untilEnded(read(right.open(documentId), start), 'history_trimmed')
      same((await recordIn(right.open(documentId), 'ann'))?.seq, 1, 'the seq of a client, where records are kept')
      await left.open(documentId).save(head, initial)
      same(await recordIn(right.open(documentId), 'ann'), undefined, 'the record of a client, where nothing is kept')
    },
  },
  {
    name: 'forgets no record that is used meanwhile',
    retention: { commands: 0, records: 3 },
    async run({ left, right }) {
      for (let round = 0; round < rounds; round += 1) {
        const id = `list/${round}`
        const { head } = await annThenOthers(left.open(id), 5, { commands: 9 })
        const back = batchAfter(head, { after: 1, commands: 2, sentFrom: head })
        const [answer] = await Promise.all([right.open(id).append(head, [back]), left.open(id).save(head, initial)])
        const seq = answer.type === 'appended' ? 3 : undefined
        same((await recordIn(right.open(id), 'ann'))?.seq, seq, `the seq of a client whose flush was ${answer.type}`)
      }
    },
  },
]

/** Begins a history: ann writes one batch, then bob so many, and a snapshot of all is kept. */
async function annThenOthers(
  history: History,
  length: number,
  retention?: { readonly commands: number },
): Promise<{ readonly ann: Batch; readonly others: readonly Batch[]; readonly head: Position }> {
  const ann = batchAfter(start, { sentFrom: start })
  const others = chainAfter(endOf(ann), length, { client: 'bob' })
  const head = await write(history, start, [ann, ...others], initial)
  same(await history.save(head, initial, retention), 'saved', 'the answer to a snapshot')
  return { ann, others, head }
}

const recordIn = async (history: History, client: string): Promise<ClientRecord | undefined> =>
  (await history.record(client, 'subject')).record
