import { firstValueFrom, takeWhile, toArray } from 'rxjs'
import type { Batch, History } from '../../../../lib/contracts/history.ts'
import { start } from '../../../../lib/testing/history/batches.ts'

/** Every batch up to the head as it is now. */
export async function allOf(history: History): Promise<Batch[]> {
  const { head } = await history.record('', '')
  return firstValueFrom(
    history.read(start).pipe(
      takeWhile(({ mark }) => mark !== head?.mark, true),
      toArray(),
    ),
  )
}
