import { same } from '../transport/checks.ts'
import { documentId, holds, put } from './entries.ts'
import type { StorageLaw } from './law.ts'
import { oddTexts } from './odd-texts.ts'

/** What is handed in comes back as it was. */
export const valueLaws: readonly StorageLaw[] = [
  {
    name: 'gives back any key and any text as they were',
    async run({ left, right }) {
      const entries = oddTexts.map((key, index) => ({ key, value: oddTexts.at(-1 - index) as string }))
      await put(left, entries)
      const sorted = entries.toSorted((one, other) => (one.key < other.key ? -1 : 1))
      await holds(right, sorted, 'what is kept')
      same(await right.write(documentId, entries, []), true, 'whether all of it is found as expected')
    },
  },
  {
    name: 'keeps documents apart, whatever their ids',
    async run({ left, right }) {
      for (const [index, id] of oddTexts.entries()) await put(left, [{ key: 'a', value: `${index}` }], id)
      for (const [index, id] of oddTexts.entries()) {
        await holds(right, [{ key: 'a', value: `${index}` }], `the document ${shown(id)}`, id)
      }
    },
  },
  {
    name: 'keeps ids and keys apart where together they look alike',
    async run({ left, right }) {
      const pairs = [
        ['a', 'b/c'],
        ['a/b', 'c'],
        ['a', 'b'],
        ['a/', 'b'],
        ['a', '/b'],
        ['', 'ab'],
        ['ab', ''],
      ] as const
      for (const [id, key] of pairs) await put(left, [{ key, value: `${key} of ${id}` }], id)
      for (const [id, key] of pairs) {
        const found = (await right.read(id, '')).find((entry) => entry.key === key)?.value
        same(found, `${key} of ${id}`, `the value of ${shown(key)} in ${shown(id)}`)
      }
      same(
        (await right.read('a', '')).map(({ key }) => key),
        ['/b', 'b', 'b/c'],
        'the keys of one',
      )
    },
  },
  {
    name: 'holds texts of two million characters',
    async run({ left, right }) {
      for (const character of ['x', '"', 'é']) {
        const value = `${character.repeat(2_000_000)}!`
        await put(left, [{ key: 'a', value }])
        const [found] = await right.read(documentId, '')
        same(found?.value === value, true, `whether ${shown(character)} came back two million times`)
      }
    },
  },
  {
    name: 'holds thousands of keys, written at once',
    async run({ left, right }) {
      const entries = Array.from({ length: 5_000 }, (_, index) => ({ key: `${10_000 + index}`, value: `${index}` }))
      await put(left, entries)
      await holds(right, entries, 'what is kept')
    },
  },
]

const shown = (text: string) => JSON.stringify(text).slice(0, 40)
