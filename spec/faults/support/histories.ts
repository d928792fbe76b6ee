import { lastValueFrom, takeWhile, toArray } from 'rxjs'
import type { Batch, History, HistoryAdapter } from '../../../lib/contracts/history.ts'
import { hasCode } from '../../../lib/errors.ts'
import { initialMark } from '../../../lib/protocol/fingerprint.ts'
import { type DocumentId, documentIds, kindOf } from '../programs/documents.ts'
import { historyAt, type Place } from '../programs/place.ts'
import { upTo } from './branches.ts'
import type { Shown } from './evidence.ts'

/** What is kept somewhere. */
export interface Kept {
  readonly histories: ReadonlyMap<DocumentId, readonly Batch[]>
  readonly snapshots: readonly Shown[]
  /** Those that begin with a copy. */
  readonly restored: ReadonlySet<DocumentId>
}

/**
 * Reads all that is kept there, by an adapter that nobody had open before. What a history that was restored no longer
 * has is found in what hosts `held`.
 */
export async function keptAt(place: Place, held?: ReadonlyMap<DocumentId, readonly Batch[]>): Promise<Kept> {
  const adapter = historyAt(place)
  try {
    return await keptBy(adapter, held)
  } finally {
    await adapter.close()
  }
}

async function keptBy(adapter: HistoryAdapter, held?: ReadonlyMap<DocumentId, readonly Batch[]>): Promise<Kept> {
  const histories = new Map<DocumentId, readonly Batch[]>()
  const snapshots: Shown[] = []
  const restored = new Set<DocumentId>()
  for (const id of documentIds) {
    const history = adapter.open(id)
    const all = await allOf(history, id)
    if (!all) restored.add(id)
    histories.set(id, all ?? (await heldOf(history, held?.get(id) ?? [])))
    const loaded = await history.load()
    if (!loaded) continue
    const { snapshot, position } = loaded
    const text = JSON.stringify(snapshot.document)
    snapshots.push({ who: 'The newest snapshot', document: id, count: position.count, text })
  }
  return { histories, snapshots, restored }
}

/** What led to where a history stands, as hosts were given it. */
async function heldOf(history: History, held: readonly Batch[]): Promise<Batch[]> {
  const { head } = await history.record('', '')
  const named = new Map(held.map((batch) => [batch.mark, batch]))
  const last = named.get(head?.mark ?? '')
  return last ? upTo(last, named) : []
}

/** The history from its beginning; `undefined` where it does not have that. */
async function allOf(history: History, id: DocumentId): Promise<Batch[] | undefined> {
  const { head } = await history.record('', '')
  const mark = initialMark(kindOf(id).initial)
  if (!head || head.mark === mark) return []
  const batches = history.read({ count: 0, mark }).pipe(
    takeWhile((batch) => batch.mark !== head.mark, true),
    toArray(),
  )
  return lastValueFrom(batches).catch((error: unknown) => {
    if (hasCode(error, 'history_trimmed') || hasCode(error, 'regressed')) return undefined
    throw error
  })
}

export const countOf = (batches: readonly Batch[] = []): number =>
  batches.reduce((sum, { completions }) => sum + completions.length, 0)
