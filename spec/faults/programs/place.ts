import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import type { HistoryAdapter } from '../../../lib/contracts/history.ts'

/** Where histories are, as a process is told it. */
export type Place = { readonly kind: 'lmdb'; readonly folder: string }

/** Who keeps histories there, for as long as it is open. */
export function historyAt(place: Place): HistoryAdapter {
  switch (place.kind) {
    case 'lmdb':
      return lmdbHistory(place.folder, { pollInterval: 10 })
  }
}
