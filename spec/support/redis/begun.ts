/** Whoever has something running that must not be left behind. */
export interface Closeable {
  close(): Promise<void>
}

/** What runs; each spec file has its own. */
const begun = new Set<Closeable>()

/** Something runs from now on. */
export function begins(one: Closeable): void {
  begun.add(one)
}

export function isOver(one: Closeable): void {
  begun.delete(one)
}

/** Ends everything that these fixtures have begun and nobody has closed: for `afterEach`, however a spec ended. */
export async function closeAll(): Promise<void> {
  await Promise.all([...begun].map((one) => one.close()))
}
