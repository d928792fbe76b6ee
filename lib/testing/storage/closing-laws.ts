import { hasCode } from '../../errors.ts'
import { check, same } from '../transport/checks.ts'
import { documentId, holds, put, set } from './entries.ts'
import type { StorageCapabilities, StorageLaw } from './law.ts'

/** The end of a storage, and what goes on without it. */
export const closingLaws = ({ durable }: StorageCapabilities): readonly StorageLaw[] =>
  durable ? [...endLaws, keepsAll] : endLaws

const endLaws: readonly StorageLaw[] = [
  {
    name: 'rejects every call with closed once it is closed',
    async run({ left, open }) {
      const storage = await open()
      await put(storage, set({ a: '1' }))
      await storage.hold('a')
      await Promise.all([storage.close(), storage.close()])
      await storage.close()
      const calls = {
        read: () => storage.read(documentId, ''),
        write: () => storage.write(documentId, [], set({ a: '2' })),
        hold: () => storage.hold('b'),
      }
      for (const [name, call] of Object.entries(calls)) {
        const found = await (call as () => Promise<unknown>)().then(
          () => 'an answer',
          (error: unknown) => error,
        )
        check(hasCode(found, 'closed'), `${name} rejects with closed, not with ${String(found)}`)
      }
      await holds(left, set({ a: '1' }), 'what is kept')
    },
  },
  {
    name: 'finishes what is under way before it is closed',
    async run({ left, right }) {
      const ids = Array.from({ length: 30 }, (_, index) => `list/${index % 10}`)
      const writes = ids.map((id, index) => left.write(id, [], set({ [`key ${index}`]: 'a' })))
      const answers = Promise.all([left.read(ids[0] as string, ''), ...writes])
      const [[read, ...written]] = await Promise.all([answers, left.close()])
      same(written, Array(ids.length).fill(true), 'the answers')
      same(read.length, 3, 'how much was read')
      for (const id of ids) same((await right.read(id, '')).length, 3, `how many keys ${id} has`)
    },
  },
  {
    name: 'goes on where another is closed',
    async run({ left, right }) {
      await put(left, set({ a: '1' }))
      await left.close()
      await put(right, set({ b: '2' }))
      await holds(right, set({ a: '1', b: '2' }), 'what is kept')
    },
  },
]

const keepsAll: StorageLaw = {
  name: 'holds all of it when it is opened again',
  async run({ left, right, open }) {
    await put(left, set({ a: '1', b: '2', c: '3' }))
    await put(right, [...set({ a: 'one' }), { key: 'b', value: undefined }])
    await put(right, set({ a: '1' }), 'list/other')
    await Promise.all([left.close(), right.close()])
    const storage = await open()
    await holds(storage, set({ a: 'one', c: '3' }), 'what is kept')
    same(await storage.write(documentId, set({ a: 'one' }), set({ d: '4' })), true, 'whether it is as expected')
    await storage.close()
    const again = await open()
    await holds(again, set({ a: 'one', c: '3', d: '4' }), 'what is kept, with what was written since')
    await holds(again, set({ a: '1' }), 'what is kept of another document', 'list/other')
  },
}
