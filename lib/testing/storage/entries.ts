import type { Change, Entry, Storage } from '../../contracts/storage.ts'
import { same } from '../transport/checks.ts'

export const documentId = 'list/shopping'

/** Keys with what they are to hold, as changes, expectations, or the entries that are read. */
export const set = (values: Readonly<Record<string, string>>): readonly Entry[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }))

/** That these keys are not there, from now on or as a condition. */
export const absent = (...keys: readonly string[]): readonly Change[] => keys.map((key) => ({ key, value: undefined }))

/** Writes without a condition, and fails unless it is done. */
export async function put(storage: Storage, changes: readonly Change[], document: string = documentId): Promise<void> {
  same(await storage.write(document, [], changes), true, 'the answer to a write without a condition')
}

/** Fails unless the document holds just this. */
export async function holds(storage: Storage, values: readonly Entry[], what: string, document = documentId) {
  same((await storage.read(document, '')).map(plain), values.map(plain), what)
}

/** The value of one key. */
export const valueOf = async (storage: Storage, key: string, document: string = documentId) =>
  (await storage.read(document, '')).find((entry) => entry.key === key)?.value

const plain = ({ key, value }: Entry) => [key, value]
