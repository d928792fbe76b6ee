import { indexedDbStorage } from '../../../../adapters/storage/indexed-db/index.ts'
import { localStorageStorage } from '../../../../adapters/storage/local-storage/index.ts'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import { hasCode } from '../../../../lib/errors.ts'
import { storageSuite } from '../../../../lib/testing/storage-suite.ts'

// Runs in a page: the laws of the suite, and storages for whoever drives the page from outside.

const kinds = {
  'indexed-db': {
    open: (name: string) => indexedDbStorage(name, { patience: 500 }),
    remove: (name: string) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name)
        request.onsuccess = () => resolve()
        request.onerror = () => reject(request.error)
      }),
  },
  'local-storage': { open: localStorageStorage, remove: async () => localStorage.clear() },
}

export type Kind = keyof typeof kinds
export type Method = 'read' | 'write' | 'close'

/** What came of a call, as JSON, which keeps every text as it is. */
export type Answer =
  | { readonly value?: unknown }
  | { readonly error: { readonly code: unknown; readonly message: string } }

const laws = new Map<string, () => Promise<void>>()
const storages: Storage[] = []
const held: (() => void)[] = []
let stores = 0

for (const [kind, { open, remove }] of Object.entries(kinds)) {
  storageSuite(
    kind,
    () => {
      stores += 1
      const name = `store ${stores}`
      return { open: () => open(name), close: () => remove(name) }
    },
    { describe: (_, body) => body(), it: (law, body) => void laws.set(`${kind}: ${law}`, body) },
    { durable: true, names: true },
  )
}

const storageAt = (number: number) => storages[number] as Storage

async function answered(ask: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify({ value: await ask() } satisfies Answer)
  } catch (error) {
    const code = hasCode(error) ? error.code : undefined
    return JSON.stringify({ error: { code, message: String((error as Error).message) } } satisfies Answer)
  }
}

const driven = {
  run: (law: string): Promise<void> | undefined => laws.get(law)?.(),
  open: (kind: Kind, name: string): number => storages.push(kinds[kind].open(name)) - 1,
  remove: (kind: Kind, name: string): Promise<void> => kinds[kind].remove(name),
  /** `args` and the answer are JSON. */
  ask: (storage: number, method: Method, args: string): Promise<string> =>
    answered(() => (storageAt(storage)[method] as (...args: unknown[]) => Promise<unknown>)(...JSON.parse(args))),
  /** The number of a name that is held now. */
  hold: (storage: number, name: string): Promise<string> =>
    answered(async () => {
      const letGo = await storageAt(storage).hold(JSON.parse(name))
      return letGo && held.push(letGo) - 1
    }),
  letGo: (number: number): void => held[number]?.(),
  dieAfter,
}

/** From so many changes on, whatever this page does to `localStorage` has no effect, as if it were dead. */
function dieAfter(changes: number): void {
  const sound = Object.getPrototypeOf(localStorage)
  let done = 0
  const dying = (method: 'setItem' | 'removeItem') =>
    function (this: object, ...args: readonly string[]) {
      done += 1
      if (done > changes) throw new Error('This page is dead.')
      return sound[method].apply(this, args)
    }
  Object.setPrototypeOf(
    localStorage,
    Object.create(sound, { setItem: { value: dying('setItem') }, removeItem: { value: dying('removeItem') } }),
  )
}

export type Driven = typeof driven

Object.assign(globalThis, { driven })
