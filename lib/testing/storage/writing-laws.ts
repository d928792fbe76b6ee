import { same } from '../transport/checks.ts'
import { absent, documentId, holds, put, set } from './entries.ts'
import type { StorageLaw } from './law.ts'

/** What one write does, and what it does not. */
export const writingLaws: readonly StorageLaw[] = [
  {
    name: 'holds nothing of a document before it is written',
    async run({ left, right }) {
      await put(left, set({ a: '1' }), 'list/other')
      await holds(right, [], 'what is kept of it')
    },
  },
  {
    name: 'writes, overwrites and removes in one step',
    async run({ left, right }) {
      await put(left, set({ a: '1', b: '2', c: '3' }))
      await holds(right, set({ a: '1', b: '2', c: '3' }), 'what was written')
      await put(right, [...set({ b: 'two', d: '4' }), ...absent('a')])
      await holds(left, set({ b: 'two', c: '3', d: '4' }), 'what was changed')
      await put(left, absent('b', 'c', 'd'))
      await holds(right, [], 'what is left')
    },
  },
  {
    name: 'takes as done what changes nothing',
    async run({ left, right }) {
      await put(left, [])
      await put(left, absent('a', 'b'))
      await put(left, set({ a: '1' }))
      await put(left, set({ a: '1' }))
      await put(left, absent('b'))
      await holds(right, set({ a: '1' }), 'what is kept')
    },
  },
  {
    name: 'takes the last of several changes of one key',
    async run({ left, right }) {
      await put(left, [
        ...set({ a: '1', b: '1' }),
        ...absent('a'),
        ...set({ b: '2' }),
        ...absent('c'),
        ...set({ c: '3' }),
      ])
      await holds(right, set({ b: '2', c: '3' }), 'what is kept')
    },
  },
  {
    name: 'gives everything in the order of its keys, by UTF-16 code units',
    async run({ left, right }) {
      const keys = ['b', 'a', 'B', '10', '9', '', 'a\0', 'aa', '\uffff', '😀', 'é', 'e\u0301', '~', '\0', '__proto__']
      for (const key of keys) await put(left, [{ key, value: `of ${key}` }])
      const sorted = keys.toSorted((one, other) => (one < other ? -1 : 1))
      await holds(
        right,
        sorted.map((key) => ({ key, value: `of ${key}` })),
        'the keys in their order',
      )
    },
  },
  {
    name: 'gives a part of it, by how its keys begin',
    async run({ left, right }) {
      const keys = [
        '',
        'a',
        'a/',
        'a/1',
        'a/10',
        'a/\uffff',
        'a/\uffff\uffff',
        'a0',
        'b/1',
        'A/1',
        '\ud83d',
        '😀',
        '\uffff',
      ]
      await put(
        left,
        keys.map((key) => ({ key, value: `of ${key}` })),
      )
      for (const prefix of ['', 'a', 'a/', 'a/1', 'a/\uffff', '\ud83d', '\uffff', 'a/2', 'c', 'á']) {
        const expected = keys.filter((key) => key.startsWith(prefix)).toSorted((one, other) => (one < other ? -1 : 1))
        const found = await right.read(documentId, prefix)
        same(
          found.map(({ key, value }) => [key, value]),
          expected.map((key) => [key, `of ${key}`]),
          `what begins with ${JSON.stringify(prefix)}`,
        )
      }
    },
  },
  {
    name: 'writes where all holds that is expected, also that a key is not there',
    async run({ left, right }) {
      same(await left.write(documentId, absent('a', 'b'), set({ a: '1' })), true, 'the answer on a new document')
      same(await right.write(documentId, set({ a: '1' }), set({ b: '2' })), true, 'the answer with a value as expected')
      same(
        await left.write(documentId, [...set({ a: '1', b: '2' }), ...absent('c')], absent('a')),
        true,
        'the answer with several',
      )
      await holds(right, set({ b: '2' }), 'what is kept')
    },
  },
  {
    name: 'writes nothing where something does not hold that is expected',
    async run({ left, right }) {
      const values = set({ a: '1', b: '', é: 'é' })
      await put(left, values)
      const unmet = {
        'another value': set({ a: '2' }),
        'a value that looks alike': set({ a: '1 ' }),
        'a value in other characters': set({ é: 'e\u0301' }),
        'an empty text where there is none': set({ c: '' }),
        'nothing where there is an empty text': absent('b'),
        'nothing where there is something': absent('a'),
        'one of several': [...set({ a: '1' }), ...absent('b')],
        'the first of several': [...absent('b'), ...set({ a: '1' })],
      }
      for (const [what, expected] of Object.entries(unmet)) {
        const changes = [...set({ a: 'new', d: 'new' }), ...absent('b')]
        same(await right.write(documentId, expected, changes), false, `the answer where ${what} is expected`)
        await holds(left, values, `what is kept where ${what} was expected`)
      }
    },
  },
]
