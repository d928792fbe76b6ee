import type { History, HistoryAdapter } from '../../contracts/history.ts'

/** Plants one fault in an adapter that is sound. */
export type Break = (sound: HistoryAdapter) => HistoryAdapter

/** Replaces methods of every history. `change` is asked once for each id. */
export function altering(change: (sound: History) => Partial<History>): Break {
  return (adapter) => {
    const altered = new Map<string, History>()
    return {
      ...adapter,
      open(id) {
        const sound = adapter.open(id)
        const history = altered.get(id) ?? { ...sound, ...change(sound) }
        altered.set(id, history)
        return history
      },
    }
  }
}
