import type { Change, Storage } from '../../contracts/storage.ts'
import { MillraceError } from '../../errors.ts'
import type { Actor } from './actor.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** What becomes of a write: it is answered, it fails, or nobody knows, whether it was written or not. */
export type WriteFate = 'answered' | 'failed' | 'unknown_written' | 'unknown_not_written'

/** What a device keeps, whoever runs on it. */
export class Disk {
  readonly documents = new Map<string, Map<string, string>>()
  readonly holders = new Map<string, Actor>()
  /** What becomes of the next writes. */
  readonly fates: WriteFate[] = []
}

/** A process's way to its device. What it writes is there when it dies before it is told. */
export function simulatedStorage(disk: Disk, process: Actor, timeline: Timeline, random: Random): Storage {
  let isClosed = false
  let clear = 0
  const closed = () => new MillraceError('closed', 'This storage was closed.')

  /** In order, and never at once. */
  function call<R>(work: () => R, mayBreak = false): Promise<R> {
    return new Promise((resolve, reject) => {
      if (isClosed) return reject(closed())
      clear = Math.max(clear, timeline.now + random.below(5))
      timeline.after(clear - timeline.now, () => {
        if (process.isDead) return
        const fate = (mayBreak && disk.fates.shift()) || 'answered'
        const back = (settle: () => void) => process.after(random.below(5), settle)
        if (fate === 'failed') return back(() => reject(new MillraceError('storage_failed', 'The disk failed.')))
        if (fate === 'unknown_not_written') return back(() => reject(unknown()))
        const result = work()
        back(() => (fate === 'unknown_written' ? reject(unknown()) : resolve(result)))
        return undefined
      })
    })
  }

  return {
    read: (document, prefix) =>
      call(() =>
        [...(disk.documents.get(document) ?? [])]
          .filter(([key]) => key.startsWith(prefix))
          .map(([key, value]) => ({ key, value }))
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      ),
    write: (document, expected, changes) =>
      call(() => {
        const values = disk.documents.get(document) ?? new Map<string, string>()
        disk.documents.set(document, values)
        if (!expected.every(({ key, value }) => values.get(key) === value)) return false
        for (const change of changes) put(values, change)
        return true
      }, true),
    hold: (name) =>
      call(() => {
        const holder = disk.holders.get(name)
        if (holder && !holder.isDead) return undefined
        disk.holders.set(name, process)
        return () => {
          if (disk.holders.get(name) === process) disk.holders.delete(name)
        }
      }),
    async close() {
      isClosed = true
      for (const [name, holder] of disk.holders) if (holder === process) disk.holders.delete(name)
    },
  }
}

const unknown = (): MillraceError => new MillraceError('storage_unknown', 'The disk did not answer.')

function put(values: Map<string, string>, { key, value }: Change): void {
  if (value === undefined) values.delete(key)
  else values.set(key, value)
}
