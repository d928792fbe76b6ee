import type { History } from '../../contracts/history.ts'
import { same } from '../transport/checks.ts'
import { batchAfter, begin, chainAfter, documentId, endOf, initial, start, write } from './batches.ts'
import type { HistoryLaw } from './law.ts'

const rounds = 20

/** How a history begins. */
export const beginningLaws: readonly HistoryLaw[] = [
  {
    name: 'holds nothing before the first append',
    async run({ left }) {
      const history = left.open(documentId)
      same(await history.load(), undefined, 'what there is to load')
      same(await history.record('ann', 'subject'), {}, 'what is known of a client')
      same(await history.save(start, initial), 'regressed', 'the answer to a snapshot')
      const answer = await history.append(start, [batchAfter(start)])
      same(answer, { type: 'not_at_head' }, 'the answer to an append without an initial document')
    },
  },
  {
    name: 'lets readers wait for its beginning, which may be another than theirs',
    async run({ left, right, read, untilRead, untilEnded }) {
      const here = read(left.open(documentId), start)
      const there = read(right.open(documentId), start)
      const other = read(right.open(documentId), { ...start, mark: 'other' })
      const [batch] = await begin(left.open(documentId), 1)
      const { mark } = batch as { mark: string }
      await Promise.all([untilRead(here, mark), untilRead(there, mark), untilEnded(other, 'regressed')])
      same([here.batches, there.batches], [[batch], [batch]], 'what was read')
    },
  },
  {
    name: 'begins with its first append',
    async run({ left, right }) {
      const [batch] = await begin(left.open(documentId), 1)
      const history = right.open(documentId)
      await loads(history, 0, initial)
      same((await history.record('ann', 'subject')).head, batch && endOf(batch), 'the head')
    },
  },
  {
    name: 'begins at any count',
    async run({ left, right, read, untilRead }) {
      const position = { count: 7, mark: 'seven' }
      const batches = chainAfter(position, 2)
      await write(left.open(documentId), position, batches, initial)
      await loads(right.open(documentId), 7, initial, 'seven')
      const reader = read(right.open(documentId), position)
      await untilRead(reader, (batches[1] as { mark: string }).mark)
      same(reader.batches, batches, 'what is read from there')
    },
  },
  {
    name: 'begins without a batch',
    async run({ left, right, read, untilRead }) {
      const history = left.open(documentId)
      same(await history.append(start, [], initial), { type: 'appended' }, 'the answer')
      const reader = read(right.open(documentId), start)
      const batch = batchAfter(start)
      await write(right.open(documentId), start, [batch])
      await untilRead(reader, batch.mark)
      await loads(history, 0, initial)
    },
  },
  {
    name: 'lets the first of two hosts begin a history',
    async run({ left, right }) {
      for (let round = 0; round < rounds; round += 1)
        await raceToBegin(left.open(`list/${round}`), right.open(`list/${round}`))
    },
  },
  {
    name: 'needs the initial document no more once it has begun',
    async run({ left, right }) {
      const [batch] = await begin(left.open(documentId), 1)
      const head = endOf(batch as never)
      await write(right.open(documentId), head, [batchAfter(head, { after: 1 })], { title: 'another' })
      await loads(right.open(documentId), 0, initial)
    },
  },
]

async function raceToBegin(left: History, right: History): Promise<void> {
  const hosts = [left, right].map((history, index) => {
    const position = { count: 0, mark: `start of ${index}` }
    return {
      history,
      position,
      document: { title: `of ${index}` },
      batch: batchAfter(position, { client: `${index}` }),
    }
  })
  const answers = await Promise.all(
    hosts.map(({ history, position, batch, document }) => history.append(position, [batch], document)),
  )
  same(answers.map(({ type }) => type).toSorted(), ['appended', 'not_at_head'], 'the answers to two first appends')
  const first = hosts[answers.findIndex(({ type }) => type === 'appended')] as (typeof hosts)[number]
  const lost = answers.find(({ type }) => type === 'not_at_head')
  same(lost, { type: 'not_at_head', head: endOf(first.batch) }, 'the answer to who came second')
  for (const { history } of hosts) await loads(history, 0, first.document, first.position.mark)
}

async function loads(history: History, count: number, document: object, mark = start.mark): Promise<void> {
  const expected = { snapshot: { commandCount: count, document }, position: { count, mark } }
  same(await history.load(), expected, 'the snapshot that is loaded')
}
