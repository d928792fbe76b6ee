import type { Change, Entry, Storage } from '../../lib/contracts/storage.ts'
import { MillraceError } from '../../lib/errors.ts'

/** What an adapter does. Nothing is asked of it once it is to be closed, and the first that it hears then is `free`. */
export interface Store {
  read(document: string, prefix: string): Promise<readonly Entry[]>
  write(document: string, expected: readonly Change[], changes: readonly Change[]): Promise<boolean>
  /** Takes a name unless it is taken. What comes back lets go of it and is called once. */
  take(name: string): Promise<(() => void) | undefined>
  /** Called once, when all that was asked is done and every name was let go. */
  free?(): void | Promise<void>
}

/** From open to closed, and names held, by one rule for every adapter. */
export function opened(store: Store): Storage {
  const running = new Set<Promise<unknown>>()
  const held = new Set<() => void>()
  let closing: Promise<void> | undefined

  const run = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (closing) throw new MillraceError('closed', 'This storage was closed.')
    const answer = ask()
    running.add(answer)
    try {
      return await answer
    } finally {
      running.delete(answer)
    }
  }

  const hold = async (name: string) => {
    const letGo = await store.take(name)
    if (!letGo) return undefined
    const once = () => {
      if (held.delete(once)) letGo()
    }
    held.add(once)
    return once
  }

  const close = async () => {
    await Promise.allSettled(running)
    for (const letGo of held) letGo()
    await store.free?.()
  }

  return {
    read: (document, prefix) => run(() => store.read(document, prefix)),
    write: (document, expected, changes) => run(() => store.write(document, expected, changes)),
    hold: (name) => run(() => hold(name)),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
