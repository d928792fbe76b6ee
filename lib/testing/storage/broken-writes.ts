import type { Change, Storage } from '../../contracts/storage.ts'
import { afterOthers, altering, type Break } from './broken.ts'

/** Storages that write something else, at another time, or where they should not. */
export const brokenWrites: Readonly<Record<string, Break>> = {
  'never removes a key': changing((changes) => changes.filter(({ value }) => value !== undefined)),
  'stumbles over the removal of what is not there': altering((sound) => ({
    async write(document, expected, changes) {
      const keys = (await sound.read(document, '')).map(({ key }) => key)
      const isSound = changes.every(({ key, value }) => value !== undefined || keys.includes(key))
      return isSound && sound.write(document, expected, changes)
    },
  })),
  'takes the first of several changes of a key': changing((changes) =>
    changes.filter(({ key }, index) => changes.findIndex((change) => change.key === key) === index),
  ),
  'writes whatever is expected': altering((sound) => ({
    async write(document, _, changes) {
      return sound.write(document, [], changes)
    },
  })),
  'looks at one expectation alone': expecting((expected) => expected.slice(0, 1)),
  'never holds what is expected to be absent': altering((sound) => ({
    async write(document, expected, changes) {
      return expected.every(({ value }) => value !== undefined) && sound.write(document, expected, changes)
    },
  })),
  'takes an empty text for none': altering((sound) => ({
    async write(document, expected, changes) {
      const holding = new Map((await sound.read(document, '')).map(({ key, value }) => [key, value]))
      const holds = expected.every(({ key, value }) => (holding.get(key) ?? '') === (value ?? ''))
      return holds && sound.write(document, [], changes)
    },
  })),
  'writes, and then says that something expected did not hold': altering((sound) => ({
    async write(document, expected, changes) {
      const isWritten = await sound.write(document, expected, changes)
      if (!isWritten) await sound.write(document, [], changes)
      return isWritten
    },
  })),
  'lets a later write overtake': altering((sound) => {
    let writes = 0
    return {
      async write(...write) {
        writes += 1
        if (writes % 2 === 1) await afterOthers()
        return sound.write(...write)
      },
    }
  }),
  'looks first and writes later': altering((sound) => ({
    async write(document, expected, changes) {
      if (!(await sound.write(document, expected, []))) return false
      await afterOthers()
      return sound.write(document, [], changes)
    },
  })),
  'answers before it has written': altering((sound) => ({
    async write(document, expected, changes) {
      void afterOthers()
        .then(() => sound.write(document, expected, changes))
        .catch(() => undefined)
      return sound.write(document, expected, [])
    },
  })),
  'writes one change after the other': altering((sound) => ({
    async write(document, expected, changes) {
      if (!(await sound.write(document, expected, []))) return false
      for (const change of changes) await sound.write(document, [], [change])
      return true
    },
  })),
  'writes one document at a time, or not at all': () => {
    let isWriting = false
    return (sound) => ({
      ...sound,
      async write(...write) {
        if (isWriting) throw new Error('Another document is being written.')
        isWriting = true
        await undefined
        const answer = await sound.write(...write)
        isWriting = false
        return answer
      },
    })
  },
}

function changing(alter: (changes: readonly Change[]) => readonly Change[]): Break {
  return altering((sound: Storage) => ({
    write: (document, expected, changes) => sound.write(document, expected, alter(changes)),
  }))
}

function expecting(alter: (expected: readonly Change[]) => readonly Change[]): Break {
  return altering((sound: Storage) => ({
    write: (document, expected, changes) => sound.write(document, alter(expected), changes),
  }))
}
