import type { Entry, Storage } from '../../contracts/storage.ts'
import { altering, type Break } from './broken.ts'

/** Storages that do not keep what they were given, or do not give it back. */
export const brokenKeeping: Readonly<Record<string, Break>> = {
  'finds something in a document that is new': altering((sound) => ({
    async read(document, prefix) {
      const found = await sound.read(document, prefix)
      return found.length > 0 ? found : [{ key: prefix, value: '' }]
    },
  })),
  'orders keys by their characters': reading((entries) =>
    entries.toSorted((one, other) => compare(points(one.key), points(other.key))),
  ),
  'gives all of a document, whatever part is asked for': altering((sound) => ({
    read: (document) => sound.read(document, ''),
  })),
  'takes the beginning of a key for a folder': altering((sound) => ({
    async read(document, prefix) {
      const all = await sound.read(document, '')
      return all.filter(({ key }) => prefix === '' || key === prefix || key.startsWith(`${prefix.replace(/\/$/, '')}/`))
    },
  })),
  'shows what it read before': altering((sound) => {
    const found = new Map<string, Promise<readonly Entry[]>>()
    return {
      read(document, prefix) {
        const key = JSON.stringify([document, prefix])
        const answer = found.get(key) ?? sound.read(document, prefix)
        found.set(key, answer)
        return answer
      },
    }
  }),
  'mends what is no sound Unicode': writingValues((value) => value.replace(/\p{Surrogate}/gu, '\ufffd')),
  'ends a text at its first NUL': writingValues((value) => value.split('\0', 1)[0] as string),
  'cuts long texts': writingValues((value) => value.slice(0, 1_000_000)),
  'holds a thousand keys': altering((sound) => ({
    write: (document, expected, changes) => sound.write(document, expected, changes.slice(0, 1_000)),
  })),
  'takes ids that look alike for one': naming((document) => document.trim().toLowerCase()),
  'takes ids for paths': naming((document) =>
    document
      .split('/')
      .filter((part) => part !== '..' && part !== '')
      .join('/'),
  ),
  'strings ids and keys together': altering((sound) => {
    const joined = (document: string) => (key: string) => `${document}${key}`
    return {
      async read(document, prefix) {
        const entries = await sound.read('', joined(document)(prefix))
        return entries.map(({ key, value }) => ({ key: key.slice(document.length), value }))
      },
      write(document, expected, changes) {
        const join = joined(document)
        return sound.write(
          '',
          expected.map(({ key, value }) => ({ key: join(key), value })),
          changes.map(({ key, value }) => ({ key: join(key), value })),
        )
      },
    }
  }),
}

function reading(alter: (entries: readonly Entry[]) => readonly Entry[]): Break {
  return altering((sound: Storage) => ({
    read: async (document, prefix) => alter(await sound.read(document, prefix)),
  }))
}

function writingValues(alter: (value: string) => string): Break {
  return altering((sound: Storage) => ({
    write: (document, expected, changes) =>
      sound.write(
        document,
        expected,
        changes.map(({ key, value }) => ({ key, value: value === undefined ? value : alter(value) })),
      ),
  }))
}

function naming(alter: (document: string) => string): Break {
  return altering((sound: Storage) => ({
    read: (document, prefix) => sound.read(alter(document), prefix),
    write: (document, expected, changes) => sound.write(alter(document), expected, changes),
  }))
}

const points = (text: string): readonly number[] => Array.from(text, (character) => character.codePointAt(0) as number)

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((point, at) => point !== other[at])
  return index < 0 ? one.length - other.length : (one[index] as number) - (other[index] ?? -1)
}
