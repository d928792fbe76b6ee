import type { AppendResult, Batch, History } from '../../contracts/history.ts'
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

const rounds = 25

/** What an append does, and what it does not. */
export const appendLaws: readonly HistoryLaw[] = [
  {
    name: 'appends at the head alone, and names it',
    async run({ left, right }) {
      const batches = await begin(left.open(documentId), 2)
      const head = lastOf(batches)
      const elsewhere = [start, endOf(batches[0] as Batch), { ...head, mark: 'other' }, { count: 9, mark: head.mark }]
      for (const position of elsewhere) {
        const answer = await right.open(documentId).append(position, [batchAfter(position, { after: 2 })], initial)
        same(answer, { type: 'not_at_head', head }, `the answer at ${position.mark} of ${position.count}`)
      }
    },
  },
  {
    name: 'lets exactly one of two racing appends win',
    async run(bench) {
      const histories = [bench.left.open(documentId), bench.right.open(documentId)] as const
      let head = await write(histories[0], start, [], initial)
      const won: Batch[] = []
      for (let round = 0; round < rounds; round += 1) {
        const batches = histories.map((_, index) => batchAfter(head, { client: `${round}/${index}` }))
        const position = head
        const answers = await Promise.all(
          histories.map((history, i) => history.append(position, [batches[i] as Batch])),
        )
        const winner = batches[winnerOf(answers)] as Batch
        head = endOf(winner)
        won.push(winner)
        const lost = answers.find(({ type }) => type === 'not_at_head')
        same(lost, { type: 'not_at_head', head }, 'the answer to who came second')
      }
      await holdsOnly(bench, histories[1], won)
    },
  },
  {
    name: 'appends all of its batches or none',
    async run(bench) {
      const history = bench.left.open(documentId)
      const begun = await begin(history, 1)
      const head = lastOf(begun)
      const fits = batchAfter(head, { client: 'bob', commands: 3 })
      const gap = batchAfter(endOf(fits), { client: 'cid', after: 5 })
      same(
        (await history.append(head, [fits, gap])).type,
        'refused',
        'the answer to a batch that fits and one that does not',
      )
      const { record, head: still } = await history.record('bob', 'subject')
      same([record, still], [undefined, head], 'the record of the one that fits, and the head')
      await holdsOnly(bench, bench.right.open(documentId), begun)
    },
  },
  {
    name: 'keeps apart and in order the batches of one append',
    async run(bench) {
      const batches = await begin(bench.left.open(documentId), 5, { commands: 2 })
      await holdsOnly(bench, bench.right.open(documentId), batches)
    },
  },
  {
    name: 'counts a batch without completions by its mark alone',
    async run(bench) {
      const history = bench.left.open(documentId)
      const begun = await begin(history, 1)
      const first = emptyAfter(lastOf(begun), { after: 1 })
      const second = emptyAfter(endOf(first), { after: 2 })
      const last = batchAfter(endOf(second), { after: 3 })
      await write(history, lastOf(begun), [first])
      await write(bench.right.open(documentId), endOf(first), [second])
      const early = await history.append(endOf(first), [batchAfter(endOf(first), { after: 2 })])
      same(early, { type: 'not_at_head', head: endOf(second) }, 'the answer at the count of the head, at another mark')
      await write(history, endOf(second), [last])
      await holdsOnly(bench, history, [...begun, first, second, last])
    },
  },
  {
    name: 'refuses as a mistake what does not follow',
    async run(bench) {
      const history = bench.left.open(documentId)
      const begun = await begin(history, 1)
      const head = lastOf(begun)
      const fits = batchAfter(head, { after: 1 })
      const mistakes = [
        [{ ...fits, follows: 'other' }],
        [{ ...fits, from: head.count + 1 }],
        [fits, batchAfter(head, { client: 'bob' })],
        chainAfter(head, 3, { after: 1 }).toReversed(),
      ]
      for (const batches of mistakes) {
        const found = await history.append(head, batches).catch((error: unknown) => error)
        check((found as Error).name === 'TypeError', `a TypeError, not ${JSON.stringify(found)}`)
      }
      await holdsOnly(bench, history, begun)
    },
  },
]

function winnerOf(answers: readonly AppendResult[]): number {
  same(answers.map(({ type }) => type).toSorted(), ['appended', 'not_at_head'], 'the answers to two racing appends')
  return answers.findIndex(({ type }) => type === 'appended')
}

/** The history has these batches, and no other: one more is read right behind them. */
async function holdsOnly({ read, untilRead }: Bench, history: History, batches: readonly Batch[]): Promise<void> {
  const head = lastOf(batches)
  const probe = batchAfter(head, { client: 'probe' })
  await write(history, head, [probe])
  const reader = read(history, start)
  await untilRead(reader, probe.mark)
  same(marksOf(reader.batches), marksOf([...batches, probe]), 'the batches in the history')
  same(reader.batches, [...batches, probe], 'what the batches hold')
}
