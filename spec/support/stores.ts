import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { defer, firstValueFrom, map, merge, Subject, takeWhile, toArray } from 'rxjs'
import { type LmdbHistoryOptions, lmdbHistory } from '../../adapters/history/lmdb/index.ts'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import type { Batch, History, HistoryAdapter, Position, Retention } from '../../lib/contracts/history.ts'
import { MillraceError } from '../../lib/errors.ts'

/** A store of histories that can be lost, or go back, under hosts that have it open. */
export interface Store {
  /** Its adapter as one more host has it. */
  open(): HistoryAdapter
  /** What is in it now, as something to go back to. */
  backUp(): Promise<Backup>
  /** Goes back; without a backup all of it is gone. */
  restore(backup?: Backup): Promise<void>
  close(): Promise<void>
}

/** One in a folder of its own. */
export interface LmdbStore extends Store {
  open(options?: LmdbHistoryOptions): HistoryAdapter
}

export type Backup = unknown

interface Keeping {
  readonly retention?: Partial<Retention>
}

/** Each kind of store there is. */
export const stores: readonly (readonly [name: string, make: (keeping?: Keeping) => Promise<Store>])[] = [
  ['memory', async (keeping) => memoryStore(keeping)],
  ['lmdb', lmdbStore],
]

function memoryStore({ retention = {} }: Keeping = {}): Store {
  const fresh = () => memoryHistory({ retention })
  const begun = new Map<string, { readonly position: Position; readonly initial: object }>()
  const restarted = new Subject<void>()
  let current = fresh()
  const failing = restarted.pipe(
    map(() => {
      throw new MillraceError('unavailable', 'The store is started again.')
    }),
  )
  const adapter: HistoryAdapter = {
    open: (id) => ({
      load: () => current.open(id).load(),
      append(position, batches, initial) {
        if (initial && !begun.has(id)) begun.set(id, { position, initial })
        return current.open(id).append(position, batches, initial)
      },
      record: (client, by) => current.open(id).record(client, by),
      save: (position, document, wanted) => current.open(id).save(position, document, wanted),
      read: (position) =>
        merge(
          failing,
          defer(() => current.open(id).read(position)),
        ),
    }),
    channel: (name) => current.channel(name),
    close: async () => undefined,
  }
  return {
    open: () => adapter,
    async backUp() {
      const copy = fresh()
      for (const [id, { position, initial }] of begun) {
        await copy.open(id).append(position, [], initial)
        for (const batch of await batchesIn(current.open(id), position))
          await copy.open(id).append({ count: batch.from, mark: batch.follows }, [batch])
      }
      return copy
    },
    async restore(backup) {
      current = (backup as HistoryAdapter | undefined) ?? fresh()
      if (!backup) begun.clear()
      restarted.next()
    },
    close: () => current.close(),
  }
}

async function batchesIn(history: History, position: Position): Promise<Batch[]> {
  const { head } = await history.record('', '')
  if (head?.mark === position.mark) return []
  return firstValueFrom(
    history.read(position).pipe(
      takeWhile(({ mark }) => mark !== head?.mark, true),
      toArray(),
    ),
  )
}

export async function lmdbStore({ retention = {} }: Keeping = {}): Promise<LmdbStore> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  const opened: HistoryAdapter[] = []
  // As another process would, whatever it is that it puts there.
  const elsewhere = () =>
    open<string, Uint8Array>(folder, {
      noSubdir: false,
      overlappingSync: false,
      useVersions: true,
      encoding: 'string',
      keyEncoding: 'binary',
    })
  return {
    open(options = {}) {
      const adapter = lmdbHistory(folder, { retention, pollInterval: 5, ...options })
      opened.push(adapter)
      return adapter
    },
    async backUp() {
      const database = elsewhere()
      const rows = [...database.getRange({ versions: true })].map(({ key, value, version }) => ({
        key: Buffer.from(key),
        value,
        version: version ?? 0,
      }))
      await database.close()
      return rows
    },
    async restore(backup = []) {
      const database = elsewhere()
      database.transactionSync(() => {
        for (const key of [...database.getKeys()]) void database.remove(key)
        for (const { key, value, version } of backup as Row[]) void database.put(key, value, version)
      })
      await database.close()
    },
    async close() {
      for (const adapter of opened) await adapter.close()
      await rm(folder, { recursive: true })
    },
  }
}

interface Row {
  readonly key: Uint8Array
  readonly value: string
  readonly version: number
}
