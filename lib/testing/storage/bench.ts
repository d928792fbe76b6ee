import { defer, filter, firstValueFrom, repeat, timeout } from 'rxjs'
import type { Storage } from '../../contracts/storage.ts'

/** One store, empty at first, and how pages or processes reach it. Made anew for each law. */
export interface StorageStore {
  /** A storage as another page or process would have it: in this one or, handed on, in another. */
  open(): Promise<Storage> | Storage
  /** Removes everything. The storages are closed by then. */
  close(): Promise<void> | void
}

/** Makes an empty store. */
export type StorageFactory = () => Promise<StorageStore> | StorageStore

/** What a law has at hand. */
export interface Bench {
  /** Two openers of one store. */
  readonly left: Storage
  readonly right: Storage
  open(): Promise<Storage>
  /** Asks for a name until it is had, for who let go of it need not be waited for. */
  holdSoon(storage: Storage, name: string): Promise<() => void>
}

const waitBetweenTries = 5

/** Runs a law at a bench of its own, and frees all of it. */
export async function atBench(
  factory: StorageFactory,
  patience: number,
  law: (bench: Bench) => Promise<void>,
): Promise<void> {
  const store = await factory()
  const opened: Storage[] = []
  const open = async () => {
    const storage = await store.open()
    opened.push(storage)
    return storage
  }
  try {
    await law({
      left: await open(),
      right: await open(),
      open,
      holdSoon: (storage, name) => holdWithin(patience, storage, name),
    })
  } finally {
    await Promise.all(opened.map((storage) => storage.close()))
    await store.close()
  }
}

async function holdWithin(patience: number, storage: Storage, name: string): Promise<() => void> {
  const tries$ = defer(() => storage.hold(name)).pipe(repeat({ delay: waitBetweenTries }))
  const held$ = tries$.pipe(filter((letGo) => letGo !== undefined))
  return firstValueFrom(held$.pipe(timeout({ first: patience }))).catch((error: unknown) => {
    throw new Error(`Expected within ${patience} ms: the name that was let go`, { cause: error })
  })
}
