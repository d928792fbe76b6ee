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
  writeRacing,
} from './batches.ts'
import type { Reader } from './bench.ts'
import type { HistoryLaw } from './law.ts'

/** What comes out of `read`. */
export const readingLaws: readonly HistoryLaw[] = [
  {
    name: 'reads the past, then what is appended, in order',
    async run({ left, right, read, untilRead }) {
      const past = await begin(left.open(documentId), 3)
      const reader = read(right.open(documentId), start)
      await untilRead(reader, (past[2] as Batch).mark)
      const live = chainAfter(lastOf(past), 4, { after: 3 })
      await write(left.open(documentId), lastOf(past), live.slice(0, 1))
      await write(right.open(documentId), endOf(live[0] as Batch), live.slice(1))
      await untilRead(reader, (live[3] as Batch).mark)
      sameBatches(reader, [...past, ...live])
      same(reader.outcome, 'open', 'the state of a reader that has read all')
    },
  },
  {
    name: 'reads from the end of any batch',
    async run({ left, right, read, untilRead }) {
      const past = await begin(left.open(documentId), 4, { commands: 2 })
      const empty = emptyAfter(lastOf(past), { after: 8 })
      const last = batchAfter(endOf(empty), { after: 9 })
      await write(left.open(documentId), lastOf(past), [empty, last])
      const all = [...past, empty, last]
      for (let index = 0; index < all.length - 1; index += 1) {
        const reader = read(right.open(documentId), endOf(all[index] as Batch))
        await untilRead(reader, last.mark)
        sameBatches(reader, all.slice(index + 1))
      }
    },
  },
  {
    name: 'shows a batch without completions',
    async run({ left, right, read, untilRead }) {
      const past = await begin(left.open(documentId), 1)
      const reader = read(right.open(documentId), start)
      const empty = emptyAfter(lastOf(past), { after: 1 })
      const last = batchAfter(endOf(empty), { after: 2 })
      await write(left.open(documentId), lastOf(past), [empty])
      await write(left.open(documentId), endOf(empty), [last])
      await untilRead(reader, last.mark)
      sameBatches(reader, [...past, empty, last])
    },
  },
  {
    name: 'has no seam between past and live while others append',
    async run({ left, right, read, untilRead }) {
      const history = left.open(documentId)
      await write(history, start, [], initial)
      const readers: Reader[] = []
      // Each begins where the head is just then, in the past of the others and in the middle of the racing.
      const follow = (batch: Batch) =>
        readers.push(read((readers.length % 2 ? left : right).open(documentId), endOf(batch)))
      const first = read(history, start, (batch) => void (batch.after % 8 === 0 && follow(batch)))
      await Promise.all([writeRacing(history, 'ann', 30), writeRacing(right.open(documentId), 'bob', 30)])

      const { head } = await history.record('ann', 'subject')
      const mark = head?.mark as string
      await untilRead(first, mark)
      same(first.batches.length, 60, 'the number of batches that 60 appends make')
      same(
        marksOf(first.batches.slice(0, -1)),
        first.batches.slice(1).map(({ follows }) => follows),
        'what each batch follows',
      )
      for (const reader of readers) {
        await untilRead(reader, mark)
        const from = first.batches.findIndex(({ mark: its }) => its === reader.batches[0]?.mark)
        same(
          marksOf(reader.batches),
          marksOf(first.batches.slice(from)),
          'the batches of a reader that came in the middle',
        )
      }
    },
  },
  {
    name: 'reads what fills many pages, each batch once',
    async run({ left, right, read, untilRead }) {
      const all = chainAfter(start, 1_500)
      await write(left.open(documentId), start, all.slice(0, 1_000), initial)
      const reader = read(right.open(documentId), start)
      await write(left.open(documentId), endOf(all[999] as Batch), all.slice(1_000))
      await untilRead(reader, (all.at(-1) as Batch).mark)
      sameBatches(reader, all)
    },
  },
  {
    name: 'is cold, and serves each reader alone',
    async run({ left, read, untilRead }) {
      const history = left.open(documentId)
      const past = await begin(history, 3)
      const batches$ = history.read(start)
      const readers = [0, 1].map(() => read({ ...history, read: () => batches$ }, start))
      const stopped = read({ ...history, read: () => batches$ }, start, (_, self) => self.stop())
      const live = batchAfter(lastOf(past), { after: 3 })
      await write(history, lastOf(past), [live])
      for (const reader of readers) {
        await untilRead(reader, live.mark)
        sameBatches(reader, [...past, live])
      }
      same(stopped.batches.length <= 1, true, 'whether a reader that stopped got no more')
    },
  },
  {
    name: 'says nothing more once unsubscribed, inside next too',
    async run({ left, right, read, untilRead, until }) {
      const history = left.open(documentId)
      const past = await begin(history, 5)
      const inPast = read(history, start, (batch, self) => void (batch.mark === past[2]?.mark && self.stop()))
      const live = chainAfter(lastOf(past), 5, { after: 5 })
      const inLive = read(history, lastOf(past), (batch, self) => void (batch.mark === live[2]?.mark && self.stop()))
      await until('3 batches of the past', inPast, () => inPast.batches.length >= 3)
      for (const batch of live) await write(right.open(documentId), { count: batch.from, mark: batch.follows }, [batch])
      const witness = read(history, start)
      await untilRead(witness, (live[4] as Batch).mark)
      await until('3 live batches', inLive, () => inLive.batches.length >= 3)
      const more = batchAfter(endOf(live[4] as Batch), { after: 10 })
      await write(history, endOf(live[4] as Batch), [more])
      await untilRead(witness, more.mark)
      same(marksOf(inPast.batches), marksOf(past.slice(0, 3)), 'what was read up to unsubscribing, of the past')
      same(marksOf(inLive.batches), marksOf(live.slice(0, 3)), 'what was read up to unsubscribing, live')
    },
  },
  {
    name: 'ends with regressed where it does not hold the position',
    async run({ left, right, read, untilEnded }) {
      const batches = await begin(left.open(documentId), 3)
      const head = lastOf(batches)
      const unknown = [
        { ...head, mark: 'other' },
        { ...start, mark: 'other' },
        { count: 2, mark: head.mark },
        { count: 99, mark: head.mark },
      ]
      for (const position of unknown) {
        const reader = read(right.open(documentId), position)
        await untilEnded(reader, 'regressed')
        check(reader.batches.length === 0, 'nothing read from a position that is not held')
      }
    },
  },
]

function sameBatches(reader: Reader, expected: readonly Batch[]): void {
  same(marksOf(reader.batches), marksOf(expected), 'the batches that are read')
  same(reader.batches, expected, 'what the batches hold')
}
