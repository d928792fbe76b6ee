import type { Storage } from '../../contracts/storage.ts'

/** Plants one fault in a storage that is sound. It is asked once for each store, and what it gives once for each opener. */
export type Break = () => (sound: Storage) => Storage

/** Replaces methods of every opener. */
export const altering =
  (change: (sound: Storage) => Partial<Storage>): Break =>
  () =>
  (sound) => ({ ...sound, ...change(sound) })

/** Lets whatever else is under way go first. */
export async function afterOthers(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await undefined
}
