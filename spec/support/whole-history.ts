import { expect } from '@jest/globals'
import { lastValueFrom, takeWhile, toArray } from 'rxjs'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import type { CommandCompletion } from '../../lib/flushout.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import { replayText } from './plain-replay.ts'

/** All that a history holds of a document now, in order. */
export async function wholeHistory(
  adapter: HistoryAdapter,
  document: string,
  initial: object,
): Promise<readonly CommandCompletion[]> {
  const history = adapter.open(document)
  const { head } = await history.record('nobody', 'nobody')
  if (!head) return []
  const read$ = history.read({ count: 0, mark: initialMark(initial) })
  const batches = await lastValueFrom(
    read$.pipe(
      takeWhile(({ mark }) => mark !== head.mark, true),
      toArray(),
    ),
  )
  return batches.flatMap(({ completions }) => completions)
}

/** Expects edits with these titles in the history and no others, each once, and each of these texts to be its replay. */
export function expectEachOnce(
  history: readonly CommandCompletion[],
  initial: object,
  titles: readonly string[],
  texts: readonly string[],
): void {
  expect(
    history.map(({ command }) => ('props' in command ? String(command.props?.title) : command.action)).sort(),
  ).toEqual([...titles].sort())
  const replayed = replayText(initial, history)
  for (const text of texts) expect(text).toBe(replayed)
}
