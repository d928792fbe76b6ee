import type { Batch } from '../../contracts/history.ts'
import { check, same } from '../transport/checks.ts'
import {
  batchAfter,
  begin,
  chainAfter,
  documentId,
  emptyAfter,
  endOf,
  initial,
  lastOf,
  marksOf,
  start,
  write,
} from './batches.ts'
import type { Bench } from './bench.ts'
import type { HistoryLaw } from './law.ts'

const rounds = 8

/** Snapshots, and what goes when there is a newer one. */
export const savingLaws: readonly HistoryLaw[] = [
  {
    name: 'loads the newest snapshot',
    async run({ left, right }) {
      const batches = await begin(left.open(documentId), 4)
      for (const batch of [batches[1], batches[3]] as Batch[]) {
        const document = { title: batch.mark }
        same(await left.open(documentId).save(endOf(batch), document), 'saved', 'the answer to a newer snapshot')
        const { count, mark } = endOf(batch)
        const expected = { snapshot: { commandCount: count, document }, position: { count, mark } }
        same(await right.open(documentId).load(), expected, 'the snapshot that is loaded')
      }
    },
  },
  {
    name: 'ignores a snapshot older than the newest',
    async run({ left, right }) {
      const batches = await begin(left.open(documentId), 3)
      const [older, newer] = [endOf(batches[0] as Batch), endOf(batches[2] as Batch)]
      await left.open(documentId).save(newer, { title: 'newer' })
      for (const position of [older, start]) {
        same(
          await right.open(documentId).save(position, { title: 'older' }),
          'older',
          'the answer to an older snapshot',
        )
      }
      same(await right.open(documentId).save(newer, { title: 'newer' }), 'saved', 'the answer to the same again')
      same((await left.open(documentId).load())?.snapshot.document, { title: 'newer' }, 'the document that is loaded')
    },
  },
  {
    name: 'refuses a snapshot of a position it does not hold',
    async run({ left, right }) {
      const head = lastOf(await begin(left.open(documentId), 3))
      for (const position of [
        { ...head, mark: 'other' },
        { count: 9, mark: head.mark },
      ]) {
        same(
          await right.open(documentId).save(position, { title: 'wrong' }),
          'regressed',
          'the answer to a snapshot of another history',
        )
      }
      same((await left.open(documentId).load())?.snapshot.document, initial, 'the document that is loaded')
    },
  },
  {
    name: 'tells snapshots of one count apart by the order of the batches',
    async run({ left, right }) {
      const history = left.open(documentId)
      const first = emptyAfter(start)
      const second = emptyAfter(endOf(first), { after: 1 })
      await write(history, start, [first, second], initial)
      same(await history.save(endOf(second), { title: 'second' }), 'saved', 'the answer to a newer one')
      same(await right.open(documentId).save(endOf(first), { title: 'first' }), 'older', 'the answer to an older one')
      same((await right.open(documentId).load())?.position, endOf(second), 'the position that is loaded')
    },
  },
  {
    name: 'trims what lies far behind the newest snapshot, and says so to who comes for it',
    retention: { commands: 3 },
    async run(bench) {
      const { left, right, read, untilRead, untilEnded } = bench
      const batches = await begin(left.open(documentId), 10)
      same(await left.open(documentId).save(endOf(batches[7] as Batch), { title: 'eight' }), 'saved', 'the answer')
      for (const gone of [start, endOf(batches[0] as Batch), endOf(batches[3] as Batch)]) {
        const reader = read(right.open(documentId), gone)
        await untilEnded(reader, 'history_trimmed')
        check(reader.batches.length === 0, 'nothing read from a position that was trimmed')
      }
      // What the oldest batch follows is held still.
      for (const [index, position] of [4, 5, 7].map((at) => [at, endOf(batches[at] as Batch)] as const)) {
        const reader = read(right.open(documentId), position)
        await untilRead(reader, (batches[9] as Batch).mark)
        same(marksOf(reader.batches), marksOf(batches.slice(index + 1)), 'what is read from a position that is held')
      }
      same(
        await right.open(documentId).save(endOf(batches[0] as Batch), { title: 'gone' }),
        'older',
        'the answer to a snapshot below',
      )
      await untilEnded(read(right.open(documentId), { ...lastOf(batches), mark: 'other' }), 'regressed')
    },
  },
  {
    name: 'never trims behind the newest snapshot',
    retention: { commands: 0 },
    async run({ left, right, read, untilRead, untilEnded }) {
      const past = await begin(left.open(documentId), 3)
      const empty = emptyAfter(lastOf(past), { after: 3 })
      const last = batchAfter(endOf(empty), { after: 4 })
      await write(left.open(documentId), lastOf(past), [empty, last])
      await left.open(documentId).save(lastOf(past), { title: 'three' })
      const reader = read(right.open(documentId), lastOf(past))
      await untilRead(reader, last.mark)
      same(marksOf(reader.batches), marksOf([empty, last]), 'what is read from the newest snapshot')

      await left.open(documentId).save(endOf(last), { title: 'all' })
      await untilEnded(read(right.open(documentId), lastOf(past)), 'history_trimmed')
      const next = batchAfter(endOf(last), { after: 5 })
      const follower = read(right.open(documentId), endOf(last))
      await write(right.open(documentId), endOf(last), [next])
      await untilRead(follower, next.mark)
      same(marksOf(follower.batches), [next.mark], 'what is read from a head with nothing behind it')
    },
  },
  {
    name: 'trims batches without completions too',
    retention: { commands: 3 },
    async run({ left, right, read, untilEnded }) {
      const history = left.open(documentId)
      let head = lastOf(await begin(history, 1))
      for (let after = 1; after <= 10; after += 1) head = await write(history, head, [emptyAfter(head, { after })])
      same(await history.save(head, initial), 'saved', 'the answer')
      await untilEnded(read(right.open(documentId), start), 'history_trimmed')
      same((await right.open(documentId).record('ann', 'subject')).head, head, 'the head')
    },
  },
  {
    name: 'keeps records when it trims',
    retention: { commands: 0 },
    async run({ left, right }) {
      const head = lastOf(await begin(left.open(documentId), 3))
      const before = await left.open(documentId).record('ann', 'subject')
      await left.open(documentId).save(head, { title: 'three' })
      same(await right.open(documentId).record('ann', 'subject'), before, 'the record behind a trim')
      const seen = await right.open(documentId).append(head, [batchAfter(head, { after: 2 })])
      same(seen.type, 'refused', 'the answer to a flush that was seen before the trim')
    },
  },
  {
    name: 'leaves no hole where a trim races a reader',
    retention: { commands: 0 },
    async run(bench) {
      for (let round = 0; round < rounds; round += 1) await trimUnderReader(bench, `list/${round}`)
    },
  },
]

/** A reader of a long past meets a trim of all of it: it reads on without a hole, or ends with `history_trimmed`. */
async function trimUnderReader({ left, right, read, untilRead, untilEnded }: Bench, id: string): Promise<void> {
  const batches = chainAfter(start, 600)
  await write(left.open(id), start, batches, initial)
  const reader = read(right.open(id), start)
  await left.open(id).save(lastOf(batches), { title: 'all' })
  const next = batchAfter(lastOf(batches), { after: 600 })
  await write(left.open(id), lastOf(batches), [next])
  await untilRead(reader, next.mark)
  const expected = marksOf([...batches, next]).slice(0, reader.batches.length)
  same(marksOf(reader.batches), expected, 'what is read while it is trimmed')
  if (reader.outcome !== 'open') await untilEnded(reader, 'history_trimmed')
}
