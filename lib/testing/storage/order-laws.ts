import type { Storage } from '../../contracts/storage.ts'
import { check, same } from '../transport/checks.ts'
import { absent, documentId, holds, put, set, valueOf } from './entries.ts'
import type { StorageLaw } from './law.ts'

const rounds = 20

/** Calls beside each other, of one storage and of several. */
export const orderLaws: readonly StorageLaw[] = [
  {
    name: 'takes the calls of a document in the order in which they were made',
    async run({ left, right }) {
      const answers = Array.from({ length: rounds }, (_, round) => {
        const before = round === 0 ? absent('a') : set({ a: `${round - 1}` })
        return left.write(documentId, before, set({ a: `${round}`, [`b${round % 3}`]: `${round}` }))
      })
      const [read, ...written] = await Promise.all([valueOf(left, 'a'), ...answers])
      same(written, Array(rounds).fill(true), 'the answers to writes that build on each other')
      same(read, `${rounds - 1}`, 'what is read right behind them')
      same(await valueOf(right, 'a'), `${rounds - 1}`, 'what another reads')
    },
  },
  {
    name: 'shows what was written to every opener, at once',
    async run({ left, right }) {
      for (let round = 0; round < rounds; round += 1) {
        const [writer, reader] = round % 2 === 0 ? [left, right] : [right, left]
        await put(writer, set({ a: `${round}` }))
        same(await valueOf(reader, 'a'), `${round}`, 'what another reads once it was written')
      }
    },
  },
  {
    name: 'lets exactly one of two racing writes win',
    async run({ left, right }) {
      let kept: string | undefined
      for (let round = 0; round < rounds; round += 1) {
        const expected = [{ key: 'a', value: kept }]
        const bids = [`left ${round}`, `right ${round}`]
        const answers = await Promise.all([
          left.write(documentId, expected, set({ a: bids[0] as string })),
          right.write(documentId, expected, set({ a: bids[1] as string })),
        ])
        same(answers.toSorted(), [false, true], 'the answers to two racing writes')
        kept = bids[answers.indexOf(true)]
        same(await valueOf(left, 'a'), kept, 'what is kept of them')
      }
    },
  },
  {
    name: 'loses no step where several count with each other',
    async run({ left, right }) {
      await Promise.all([count(left, rounds), count(right, rounds), count(left, rounds)])
      same(await valueOf(right, 'count'), `${3 * rounds}`, 'the count')
    },
  },
  {
    name: 'never shows half of a write, nor an older one after a newer',
    async run({ left, right }) {
      const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`)
      const writes = Array.from({ length: rounds }, (_, round) =>
        left.write(documentId, [], [...keys.map((key) => ({ key, value: `${round}` })), ...absent(`not ${round}`)]),
      )
      let isWritten = false
      const answers = Promise.allSettled(writes).finally(() => {
        isWritten = true
      })
      let newest = 0
      while (newest < rounds - 1) {
        const isLast = isWritten
        const seen = (await right.read(documentId, '')).map(({ value }) => value)
        if (seen.length > 0 || isLast) same(seen, Array(keys.length).fill(seen[0]), 'what one write made')
        check(Number(seen[0] ?? 0) >= newest, `nothing older than ${newest}, found ${seen[0]}`)
        newest = Number(seen[0] ?? 0)
        check(!isLast || newest === rounds - 1, `the newest once all is written, found ${newest}`)
      }
      const done = (await answers).map((answer) => answer.status === 'fulfilled' && answer.value)
      same(done, Array(rounds).fill(true), 'the answers')
    },
  },
  {
    name: 'lets documents be written beside each other',
    async run({ left, right }) {
      const ids = Array.from({ length: rounds }, (_, index) => `list/${index}`)
      await Promise.all(ids.flatMap((id) => [put(left, set({ left: id }), id), put(right, set({ right: id }), id)]))
      for (const id of ids) await holds(left, set({ left: id, right: id }), `what ${id} holds`, id)
    },
  },
]

/** Counts so many steps, as others do. A step that fails makes room for one of theirs. */
async function count(storage: Storage, steps: number): Promise<void> {
  let tries = 0
  for (let done = 0; done < steps; tries += 1) {
    check(tries < 3 * rounds, 'a step to fail only where another was taken')
    const value = await valueOf(storage, 'count')
    const next = set({ count: `${Number(value ?? 0) + 1}` })
    if (await storage.write(documentId, [{ key: 'count', value }], next)) done += 1
  }
}
