import { tap } from 'rxjs'
import type { AppendResult, History, HistoryAdapter } from '../../../lib/contracts/history.ts'
import type { SessionSource } from '../../../lib/contracts/transport.ts'
import type { Journal } from '../support/journal.ts'
import type { HostPoint } from './failpoints.ts'

/** How a history may be broken on purpose. */
export type HistoryWay = 'changes content'

interface Watch {
  readonly journal: Journal
  readonly pass: (at: HostPoint) => void
  /** Where to note what the histories hold, if anybody asks. */
  readonly held?: Journal | undefined
  readonly way: HistoryWay | undefined
}

/** A history at each step of which its process may die. */
export function watchedHistory(adapter: HistoryAdapter, watch: Watch): HistoryAdapter {
  return {
    ...adapter,
    open: (id) => watched(id, broken(adapter.open(id), watch.way), watch),
  }
}

function watched(id: string, history: History, { journal, pass, held }: Watch): History {
  return {
    ...history,
    async append(...args) {
      pass('before the append')
      const appending = history.append(...args)
      pass('during the append')
      const result = await appending.catch((error: unknown) => {
        journal.note({ type: 'met', what: 'failed append' })
        throw error
      })
      if (result.type === 'appended') pass('between append and answer')
      else journal.note({ type: 'met', what: metBy(result) })
      return result
    },
    async save(...args) {
      pass('before the snapshot is saved')
      const result = await history.save(...args)
      pass('after the snapshot is saved')
      return result
    },
    read: (position) =>
      history.read(position).pipe(
        tap((batch) => held?.note({ type: 'held', document: id, batch })),
        tap(() => pass('between append and notice')),
      ),
  }
}

const metBy = (result: Exclude<AppendResult, { type: 'appended' }>): string =>
  result.type === 'refused' ? 'resend that the history knew' : 'lost race'

/** Whoever serves sessions in which a process may die before an answer goes out. */
export const watchedSessions = (source: SessionSource, pass: Watch['pass']): SessionSource => ({
  maxMessageBytes: source.maxMessageBytes,
  session: (info) => (incoming) =>
    source
      .session(info)(incoming)
      .pipe(
        tap((message) => {
          if (message.type === 'flushed' && message.follows) pass('while answering')
        }),
      ),
})

function broken(history: History, way: HistoryWay | undefined): History {
  switch (way) {
    case undefined:
      return history
    case 'changes content':
      return {
        ...history,
        append: (position, batches, initial) =>
          history.append(
            position,
            batches.map((batch) => ({
              ...batch,
              completions: JSON.parse(JSON.stringify(batch.completions).replaceAll('"text 7"', '"text 8"')),
            })),
            initial,
          ),
      }
  }
}
