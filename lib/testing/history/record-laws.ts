import type { AppendResult, Batch, ClientRecord, Outcome, Verdict } from '../../contracts/history.ts'
import { same } from '../transport/checks.ts'
import { batchAfter, begin, chainAfter, documentId, emptyAfter, endOf, lastOf, verdictsIn, write } from './batches.ts'
import type { HistoryLaw } from './law.ts'

/** What is kept of each client, and how flushes are judged by it. */
export const recordLaws: readonly HistoryLaw[] = [
  {
    name: 'keeps of each client what became of its last flush',
    async run({ left, right }) {
      const history = left.open(documentId)
      const outcome: Outcome = {
        rejected: [{ seq: 2, code: 'rejected', reason: 'too many' }],
        rewritten: [{ seq: 3, props: { done: true, tags: [] } }],
        renamed: [{ seq: 3, id: 'another' }],
      }
      const [first] = (await begin(history, 1)) as [Batch]
      const second = batchAfter(endOf(first), { after: 1, commands: 2, outcome })
      const third = emptyAfter(endOf(second), { client: 'bob' })
      await write(history, endOf(first), [second, third])
      for (const { client } of [first, third]) {
        const batch = client === 'bob' ? third : second
        const { record, head } = await right.open(documentId).record(client, 'subject')
        same(sorted(record), sorted(recordFrom(batch)), `the record of ${client}`)
        same(head, endOf(third), 'the head beside a record')
      }
    },
  },
  {
    name: 'answers every opener from the head',
    async run({ left, right }) {
      const histories = [left.open(documentId), right.open(documentId)] as const
      let head = lastOf(await begin(histories[0], 1))
      for (let after = 1; after < 30; after += 1) {
        head = await write(histories[after % 2] as never, head, [batchAfter(head, { after })])
        const found = await histories[(after + 1) % 2]?.record('ann', 'subject')
        same([found?.record?.seq, found?.head], [after + 1, head], 'the seq and the head, right after an append')
      }
    },
  },
  {
    name: 'keeps a record under client and subject together',
    async run({ left, right }) {
      const history = left.open(documentId)
      let head = lastOf(await begin(history, 1))
      const owners = [
        ['ann', 'other'],
        ['an', 'nsubject'],
        ['annsubject', ''],
        ['', 'ann'],
        ['"', '","'],
        ['","', '"'],
      ] as const
      for (const [client, by] of owners) head = await write(history, head, chainAfter(head, 2, { client, by }))
      const seqs = await Promise.all(owners.map(([client, by]) => right.open(documentId).record(client, by)))
      same(
        seqs.map(({ record }) => record?.seq),
        owners.map(() => 2),
        'the seqs of clients and subjects that look alike',
      )
      same((await history.record('ann', 'subject')).record?.seq, 1, 'the seq of the first of them')
    },
  },
  {
    name: 'says of a flush whether it was seen, leaves a gap or has changed',
    async run({ left, right }) {
      const [batch] = (await begin(left.open(documentId), 1, { commands: 3 })) as [Batch]
      const head = endOf(batch)
      const changed = { hashes: ['hash of ann 1', 'changed', 'hash of ann 3'] }
      const flushes: [Verdict, Batch][] = [
        ['seen', batchAfter(head, { commands: 3 })],
        ['seen', batchAfter(head, { commands: 1 })],
        ['seen', batchAfter(head, { after: 2, commands: 4 })],
        ['gap', batchAfter(head, { after: 4 })],
        ['gap', batchAfter(head, { client: 'bob', after: 1 })],
        ['conflict', batchAfter(head, { commands: 3, ...changed })],
        ['conflict', batchAfter(head, { after: 1, commands: 9, hashes: ['changed'] })],
      ]
      for (const [verdict, flush] of flushes) {
        const name = `the verdict on ${flush.after} to ${flush.last} of ${flush.client}`
        const answer = await right.open(documentId).append(head, [flush])
        same(verdictsIn(answer), [verdict], name)
        const record = flush.client === 'ann' ? recordFrom(batch) : undefined
        same(sorted(recordsIn(answer)[0]), sorted(record), `the record with ${name}`)
      }
      same((await left.open(documentId).record('ann', 'subject')).head, head, 'the head behind refused flushes')
    },
  },
  {
    name: 'does not call changed what the record no longer knows',
    async run({ left, right }) {
      const batches = await begin(left.open(documentId), 2)
      const head = lastOf(batches)
      const flush = batchAfter(head, { commands: 1, hashes: ['of long ago'] })
      same(
        verdictsIn(await right.open(documentId).append(head, [flush])),
        ['seen'],
        'the verdict on a flush of long ago',
      )
    },
  },
  {
    name: 'judges a batch by those before it in the same append',
    async run({ left }) {
      const history = left.open(documentId)
      const [begun] = (await begin(history, 1)) as [Batch]
      const next = batchAfter(endOf(begun), { after: 1 })
      const again = batchAfter(endOf(next), { after: 1 })
      const answer = await history.append(endOf(begun), [next, again])
      same(verdictsIn(answer), ['fits', 'seen'], 'the verdicts on a flush and on the same again')
      const other = batchAfter(endOf(next), { client: 'bob' })
      const behind = batchAfter(endOf(other), { after: 2 })
      await write(history, endOf(begun), [next, other, behind])
      same((await history.record('ann', 'subject')).record?.seq, 3, 'the seq behind two flushes of one append')
    },
  },
]

function recordsIn(answer: AppendResult): (ClientRecord | undefined)[] {
  return answer.type === 'refused' ? answer.verdicts.map(({ record }) => record) : []
}

const recordFrom = (batch: Batch): ClientRecord => ({
  seq: batch.last,
  first: batch.after + 1,
  position: endOf(batch),
  outcome: batch.outcome,
  hashes: batch.hashes,
})

/** The keys of a record are in no order of their own. */
function sorted(record: ClientRecord | undefined): unknown {
  return record && Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1))
}
