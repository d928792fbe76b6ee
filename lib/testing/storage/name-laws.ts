import type { Storage } from '../../contracts/storage.ts'
import { check, same } from '../transport/checks.ts'
import { put, set } from './entries.ts'
import type { StorageCapabilities, StorageLaw } from './law.ts'
import { oddTexts } from './odd-texts.ts'

/** Who holds a name, and for how long. */
export const nameLaws = ({ names }: StorageCapabilities): readonly StorageLaw[] => (names ? heldLaws : [cannotTell])

const cannotTell: StorageLaw = {
  name: 'gives nobody a name, for it cannot tell who has one',
  async run({ left, right }) {
    const answers = [await left.hold('a'), await right.hold('b')]
    same(answers.filter((letGo) => letGo).length, 0, 'how many were given')
  },
}

const heldLaws: readonly StorageLaw[] = [
  {
    name: 'lets one hold a name, and nobody else, not even itself again',
    async run({ left, right }) {
      await held(left, 'a')
      for (const storage of [left, right, left]) await refused(storage, 'a')
      await held(right, 'b')
    },
  },
  {
    name: 'gives a name that several ask for at once to one of them',
    async run({ left, right, open }) {
      const storages = [left, right, await open(), left, right]
      for (let round = 0; round < 5; round += 1) {
        const answers = await Promise.all(storages.map((storage) => storage.hold(`a${round}`)))
        same(answers.filter((letGo) => letGo).length, 1, 'how many have it')
      }
    },
  },
  {
    name: 'lets another have a name that was let go',
    async run({ left, right, holdSoon }) {
      const first = await held(left, 'a')
      first()
      const second = await holdSoon(right, 'a')
      await refused(left, 'a')
      second()
      await holdSoon(left, 'a')
    },
  },
  {
    name: 'lets go of what it holds itself, and once',
    async run({ left, right, holdSoon }) {
      const letGo = await held(left, 'a')
      letGo()
      await holdSoon(right, 'a')
      letGo()
      await refused(left, 'a')
      await refused(right, 'a')
    },
  },
  {
    name: 'lets go of every name when it is closed, and of no other',
    async run({ left, right, open, holdSoon }) {
      const letGo = await held(left, 'a')
      await held(left, 'b')
      await held(right, 'c')
      await left.close()
      await holdSoon(right, 'a')
      await holdSoon(right, 'b')
      letGo()
      const third = await open()
      for (const name of ['a', 'b', 'c']) await refused(third, name)
    },
  },
  {
    name: 'keeps names apart, whatever they are, and from documents',
    async run({ left, right }) {
      await put(left, set({ a: '1' }), 'list/shopping')
      for (const name of oddTexts) await held(left, name)
      for (const name of oddTexts) await refused(right, name)
      await put(right, set({ a: '2' }), 'list/shopping')
    },
  },
]

async function held(storage: Storage, name: string): Promise<() => void> {
  const letGo = await storage.hold(name)
  check(letGo !== undefined, `to hold the name ${shown(name)}`)
  return letGo
}

async function refused(storage: Storage, name: string): Promise<void> {
  const letGo = await storage.hold(name)
  check(letGo === undefined, `not to hold the name ${shown(name)}, which is taken`)
}

const shown = (text: string) => JSON.stringify(text).slice(0, 40)
