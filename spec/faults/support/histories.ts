import { lastValueFrom, takeWhile, toArray } from 'rxjs'
import type { Batch, History } from '../../../lib/contracts/history.ts'
import { initialMark } from '../../../lib/protocol/fingerprint.ts'
import { type DocumentId, documentIds, kindOf } from '../programs/documents.ts'
import { historyAt, type Place } from '../programs/place.ts'
import type { Shown } from './evidence.ts'

/** What is kept somewhere. */
export interface Kept {
  readonly histories: ReadonlyMap<DocumentId, readonly Batch[]>
  readonly snapshots: readonly Shown[]
}

/** Reads all that is kept there, by an adapter that nobody had open before. */
export async function keptAt(place: Place): Promise<Kept> {
  const adapter = historyAt(place)
  const histories = new Map<DocumentId, readonly Batch[]>()
  const snapshots: Shown[] = []
  for (const id of documentIds) {
    const history = adapter.open(id)
    histories.set(id, await allOf(history, id))
    const loaded = await history.load()
    if (!loaded) continue
    const { snapshot, position } = loaded
    const text = JSON.stringify(snapshot.document)
    snapshots.push({ who: 'The newest snapshot', document: id, count: position.count, text })
  }
  await adapter.close()
  return { histories, snapshots }
}

async function allOf(history: History, id: DocumentId): Promise<Batch[]> {
  const { head } = await history.record('', '')
  const mark = initialMark(kindOf(id).initial)
  if (!head || head.mark === mark) return []
  const batches = history.read({ count: 0, mark }).pipe(
    takeWhile((batch) => batch.mark !== head.mark, true),
    toArray(),
  )
  return lastValueFrom(batches)
}

export const countOf = (batches: readonly Batch[] = []): number =>
  batches.reduce((sum, { completions }) => sum + completions.length, 0)
