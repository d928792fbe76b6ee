import type { Batch, Outcome } from '../../contracts/history.ts'
import type { CommandCompletion } from '../../flushout.ts'
import { same } from '../transport/checks.ts'
import { batchAfter, documentId, endOf, start, write } from './batches.ts'
import type { HistoryLaw } from './law.ts'

/** What is handed in comes back as it was. */
export const valueLaws: readonly HistoryLaw[] = [
  {
    name: 'gives back every JSON value as it was',
    async run({ left, right, read, untilRead }) {
      const props = oddValues()
      const outcome: Outcome = { rewritten: [{ seq: 1, props }] }
      const odd: CommandCompletion = {
        command: { path: Object.keys(props), action: 'update', props, unset: ['', '\0'] },
      }
      const batch = batchAfter(start, { completions: [odd], outcome })
      await write(left.open(documentId), start, [batch], props)
      const history = right.open(documentId)
      same((await history.load())?.snapshot.document, props, 'the initial document')
      same((await history.record('ann', 'subject')).record?.outcome, outcome, 'the outcome in a record')
      const reader = read(history, start)
      await untilRead(reader, batch.mark)
      same(reader.batches, [batch], 'a batch')
      same(await left.open(documentId).save(endOf(batch), { odd: props }), 'saved', 'the answer to a snapshot')
      same((await history.load())?.snapshot.document, { odd: props }, 'the document of a snapshot')
    },
  },
  {
    name: 'gives equal ids the same history, and keeps all others apart',
    async run({ left, right, read, untilRead }) {
      for (const [index, id] of oddIds().entries()) {
        await write(left.open(id), start, [batchAfter(start, { client: `of ${index}` })], { index })
      }
      for (const [index, id] of oddIds().entries()) {
        const what = JSON.stringify(id).slice(0, 40)
        same((await right.open(id).load())?.snapshot.document, { index }, `the document ${what}`)
        const { head, record } = await right.open(id).record(`of ${index}`, 'subject')
        same(record?.seq, 1, `the record in ${what}`)
        const reader = read(right.open(id), start)
        await untilRead(reader, head?.mark as string)
        same(
          reader.batches.map(({ client }: Batch) => client),
          [`of ${index}`],
          `the clients of ${what}`,
        )
      }
    },
  },
]

const long = 200_000

function oddValues(): Record<string, unknown> {
  return {
    ...(JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as object),
    toJSON: 'a key of its own',
    then: { valueOf: null, hasOwnProperty: true },
    empty: [[], {}, '', [[]], [{}]],
    numbers: [0, 1e21, 1e-7, -1.5, 2 ** 53 + 2, 5e-324, 1.7976931348623157e308, 0.1],
    '42': 'a key that stands in front',
    '': 'no key',
    text: ['\0', '\u2028', '\ud800', 'a\udc00', '😀', 'e\u0301', '</script>', '\r\n', '\x1b[0m', '"\\'],
    null: [null, true, false],
    long: 'ö'.repeat(long),
  }
}

function oddIds(): string[] {
  const like = [
    'list/shopping',
    'list/shopping ',
    'list/Shopping',
    'list/shopping\0',
    'list/shopping/',
    'list\\shopping',
  ]
  const special = [
    '',
    '\0',
    '.',
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    'a}:log',
    '{a}:log',
    '*',
    '%2e',
    'a,b',
    '__proto__',
    'constructor',
  ]
  const unicode = ['é', 'e\u0301', '\ud800', '\ud801', '\udc00', '\ufffd', '😀']
  const large = 'x'.repeat(1_000_000)
  return [...like, ...special, ...unicode, large, `${large}y`]
}
