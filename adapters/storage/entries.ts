import type { Change, Entry } from '../../lib/contracts/storage.ts'

/** Whether every key has just the value that is expected of it. */
export const holdsAll = (expected: readonly Change[], valueOf: (key: string) => string | undefined): boolean =>
  expected.every(({ key, value }) => valueOf(key) === value)

/** What has a key that begins so, as the contract wants it: in the order of the keys, by UTF-16 code units. */
export const inOrder = (values: ReadonlyMap<string, string>, prefix: string): readonly Entry[] =>
  Array.from(values, ([key, value]) => ({ key, value }))
    .filter(({ key }) => key.startsWith(prefix))
    .sort(byKey)

export const byKey = (one: Entry, other: Entry): number => (one.key < other.key ? -1 : 1)

/** Puts changes into a map, in their order. */
export function change(values: Map<string, string>, changes: readonly Change[]): void {
  for (const { key, value } of changes) {
    if (value === undefined) values.delete(key)
    else values.set(key, value)
  }
}
