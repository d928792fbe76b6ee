import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import { openBrowser } from '../../../support/browser.ts'
import { crash, newProfile, newTab, origin, storageIn } from '../pages/tabs.ts'

const name = 'todo'
const document = 'list/shopping'

describe('indexedDbStorage', () => {
  let browser: Browser
  let profile: BrowserContext
  let page: Page
  let other: Page
  let storage: Storage
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    profile = await newProfile(browser)
    page = await newTab(profile)
    other = await newTab(profile)
    storage = await storageIn(page, 'indexed-db', name)
  })
  afterEach(() => profile.close())

  /** Opens the database as another program would, which does not make room for others. */
  const openRaw = (version: number) =>
    other.evaluate(
      ([itsName, itsVersion]) =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open(itsName, itsVersion)
          request.onsuccess = () => resolve(void Object.assign(window, { raw: request.result }))
          request.onblocked = () => reject(new Error('It is blocked.'))
        }),
      [name, version] as const,
    )

  it('writes nothing where there is no room, and goes on when there is', async () => {
    const devtools = await profile.newCDPSession(page)
    await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
    await put(storage, 'a', '1')
    const changes = [
      { key: 'a', value: '2' },
      ...Array.from({ length: 5 }, (_, index) => ({ key: `large ${index}`, value: 'x'.repeat(2_000_000) })),
    ]
    await expect(storage.write(document, [], changes)).rejects.toMatchObject({ code: 'storage_full' })
    expect(await storage.read(document, '')).toEqual([{ key: 'a', value: '1' }])
    await devtools.send('Storage.overrideQuotaForOrigin', { origin })
    expect(await storage.write(document, [], changes)).toBe(true)
    expect(await storage.read(document, '')).toHaveLength(6)
  })

  it('lets a newer version have the database, and then says what to do', async () => {
    await put(storage, 'a', '1')
    await openRaw(2)
    for (const call of [storage.read(document, ''), put(storage, 'a', '2')]) {
      await expect(call).rejects.toMatchObject({
        code: 'storage_failed',
        message: expect.stringContaining('a newer version of this application has it. Load the page again.'),
      })
    }
  })

  it('says so where another tab is in the way, and goes on when it is not', async () => {
    await put(storage, 'a', '1')
    await openRaw(1)
    await other.evaluate((itsName) => void indexedDB.deleteDatabase(itsName), name)
    await expect(storage.read(document, '')).rejects.toMatchObject({
      code: 'storage_failed',
      message: expect.stringContaining('another tab is in the way'),
    })
    await other.evaluate(() => (window as unknown as { raw: IDBDatabase }).raw.close())
    expect(await storage.read(document, '')).toEqual([])
    await put(storage, 'a', '2')
    expect(await storage.read(document, '')).toEqual([{ key: 'a', value: '2' }])
  })

  it('opens its database again where somebody has cleared what the browser keeps', async () => {
    await put(storage, 'a', '1')
    const devtools = await profile.newCDPSession(page)
    await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' })
    while ((await storage.read(document, '')).length > 0);
    await put(storage, 'b', '2')
    expect(await storage.read(document, '')).toEqual([{ key: 'b', value: '2' }])
  })

  it('holds what it answered, and no name, when its page has crashed', async () => {
    expect(await storage.hold('me')).toBeDefined()
    const witness = await storageIn(other, 'indexed-db', name)
    expect(await witness.hold('me')).toBeUndefined()
    for (let step = 0; step < 20; step += 1) await put(storage, `key ${step}`, `${step}`)
    await crash(page)
    expect(await witness.read(document, '')).toHaveLength(20)
    expect(await holdSoon(witness, 'me')).toBeDefined()
  })

  it('lets go of the names of a page that is closed', async () => {
    expect(await storage.hold('me')).toBeDefined()
    await page.close()
    expect(await holdSoon(await storageIn(other, 'indexed-db', name), 'me')).toBeDefined()
  })
})

const put = (storage: Storage, key: string, value: string) => storage.write(document, [], [{ key, value }])

/** Asks until it is had: the browser takes its time to see that a page is gone. */
async function holdSoon(storage: Storage, held: string): Promise<() => void> {
  for (;;) {
    const letGo = await storage.hold(held)
    if (letGo) return letGo
  }
}
