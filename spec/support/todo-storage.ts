import type { Page } from 'playwright-core'

/** Where the pages keep lists in a browser. */
const databaseName = 'millrace-lists'
const storeName = 'entries'

interface Occupied {
  letGo?: () => void
}

/** Has a page keep everybody else from writing, until what comes back is called. */
export async function occupyStorage(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(
    ([name, store]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const entries = opening.result.transaction(store, 'readwrite').objectStore(store)
          let isOver = false
          // A transaction lives as long as it is asked something.
          const goOn = () => {
            if (!isOver) entries.count().onsuccess = goOn
          }
          Object.assign(window, { letGo: () => (isOver = true) })
          entries.count().onsuccess = () => {
            resolve()
            goOn()
          }
        }
      }),
    [databaseName, storeName] as const,
  )
  return () => page.evaluate(() => (window as Occupied).letGo?.())
}

/** Everything that is kept of a document, by its key. */
export async function keptOf(page: Page, document: string): Promise<Record<string, string>> {
  return await page.evaluate(
    ([name, store, id]) =>
      new Promise<Record<string, string>>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const entries = opening.result.transaction(store).objectStore(store)
          const range = IDBKeyRange.bound([id], [id, []])
          const [keys, values] = [entries.getAllKeys(range), entries.getAll(range)]
          values.onsuccess = () => {
            opening.result.close()
            resolve(
              Object.fromEntries(keys.result.map((key, i) => [(key as string[])[1], values.result[i]])) as Record<
                string,
                string
              >,
            )
          }
        }
      }),
    [databaseName, storeName, document] as const,
  )
}

/** Waits until so many queues of a document are kept. */
export async function expectQueues(page: Page, document: string, count: number): Promise<void> {
  const queues = async () => Object.keys(await keptOf(page, document)).filter((key) => key.startsWith('queue/'))
  while ((await queues()).length !== count) await page.evaluate(() => new Promise(requestAnimationFrame))
}

/** Changes what is kept of a document, as somebody would by hand. */
export async function tamper(page: Page, document: string, key: string, value: string): Promise<void> {
  await page.evaluate(
    ([name, store, id, at, text]) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name)
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const transaction = opening.result.transaction(store, 'readwrite')
          transaction.objectStore(store).put(text, [id, at])
          transaction.oncomplete = () => {
            opening.result.close()
            resolve()
          }
        }
      }),
    [databaseName, storeName, document, key, value] as const,
  )
}

/** Opens the storage as a newer version of the pages would, so that this one has it no more. */
export async function claimAsNewer(page: Page): Promise<void> {
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open(name, 1_000)
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => resolve()
      }),
    databaseName,
  )
}
