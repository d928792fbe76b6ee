import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import { openBrowser } from '../../../support/browser.ts'
import { crash, dieAfter, newProfile, newTab, storageIn } from '../pages/tabs.ts'

const name = 'todo'
const document = 'list/shopping'
const before = [
  { key: 'a', value: '1' },
  { key: 'b', value: '\ud800' },
  { key: 'c', value: '3' },
]

describe('localStorageStorage', () => {
  let browser: Browser
  let profile: BrowserContext
  let page: Page
  let storage: Storage
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    profile = await newProfile(browser)
    page = await newTab(profile)
    storage = await storageIn(page, 'local-storage', name)
    await storage.write(document, [], before)
  })
  afterEach(() => profile.close())

  const itemsNow = (): Promise<Record<string, string>> => page.evaluate(() => ({ ...localStorage }))

  it.each([
    [
      'changes several keys',
      [
        { key: 'a', value: 'one' },
        { key: 'b', value: undefined },
        { key: 'd', value: '4' },
      ],
      [
        { key: 'a', value: 'one' },
        { key: 'c', value: '3' },
        { key: 'd', value: '4' },
      ],
    ],
    ['removes several keys', before.slice(0, 2).map(({ key }) => ({ key, value: undefined })), before.slice(2)],
    ['changes one key', [{ key: 'b', value: '2' }], [before[0], { key: 'b', value: '2' }, before[2]]],
  ])('shows all or nothing of a write that %s, wherever its page dies', async (_, changes, after) => {
    const found: string[] = []
    for (let steps = 0; found.at(-1) !== 'answered'; steps += 1) {
      const dying = await newTab(profile)
      const itsStorage = await storageIn(dying, 'local-storage', name)
      await dieAfter(dying, steps)
      const answer = await itsStorage.write(document, [], changes).catch(() => 'dead')
      await dying.close()
      const now = await storage.read(document, '')
      expect([before, after]).toContainEqual(now)
      const isAfter = JSON.stringify(now) === JSON.stringify(after)
      expect(answer === 'dead' || isAfter).toBe(true)
      found.push(answer === 'dead' ? (isAfter ? 'after' : 'before') : 'answered')
      await storage.write(
        document,
        [],
        [...after.map((entry) => ({ key: entry?.key as string, value: undefined })), ...before],
      )
    }
    expect(found[0]).toBe('before')
    expect(found).toContain('after')
    expect(Object.keys(await itemsNow())).toHaveLength(before.length + 1)
  })

  it('writes nothing where there is no room, still removes, and then goes on', async () => {
    await storage.write('large', [], [{ key: 'x', value: 'x'.repeat(3_000_000) }])
    const items = await itemsNow()
    const changes = [
      { key: 'a', value: '2' },
      { key: 'd', value: 'y'.repeat(3_000_000) },
    ]
    await expect(storage.write(document, [], changes)).rejects.toMatchObject({ code: 'storage_full' })
    await expect(storage.write(document, [], changes.slice(1))).rejects.toMatchObject({ code: 'storage_full' })
    expect(await storage.read(document, '')).toEqual(before)
    expect(Object.keys(await itemsNow())).toEqual(expect.arrayContaining(Object.keys(items)))
    expect(Object.keys(await itemsNow())).toHaveLength(Object.keys(items).length)
    const all = [...before.map(({ key }) => ({ key, value: undefined })), { key: 'x', value: undefined }]
    expect(await storage.write('large', [], all)).toBe(true)
    expect(await storage.write(document, [], changes)).toBe(true)
    expect(await storage.read(document, 'd')).toEqual([changes[1]])
  })

  it('tells once of a value that was edited by hand, and puts it aside', async () => {
    const item = JSON.stringify([name, document, 'b'])
    await page.evaluate((edited) => localStorage.setItem(edited, '{"edited'), item)
    await expect(storage.read(document, '')).rejects.toMatchObject({ code: 'storage_damaged' })
    expect(await storage.read(document, '')).toEqual([before[0], before[2]])
    expect(await itemsNow()).toMatchObject({ [`${item} damaged`]: '{"edited' })
  })

  it('passes over what others keep beside it', async () => {
    await page.evaluate(() => {
      localStorage.setItem('', 'x')
      localStorage.setItem('["todo","list/shopping",', 'x')
      localStorage.setItem('["todo","list/shopping",{}]', 'x')
    })
    expect(await storage.read(document, '')).toEqual(before)
  })

  it('goes on where somebody has cleared it', async () => {
    await page.evaluate(() => localStorage.clear())
    expect(await storage.read(document, '')).toEqual([])
    await storage.write(document, [], before)
    expect(await storage.read(document, '')).toEqual(before)
  })

  it('holds what it answered when its page has crashed', async () => {
    const other = await newTab(profile)
    const witness = await storageIn(other, 'local-storage', name)
    for (let step = 0; step < 20; step += 1) {
      await storage.write(
        document,
        [],
        [
          { key: 'a', value: `${step}` },
          { key: 'd', value: `${step}` },
        ],
      )
    }
    await crash(page)
    expect((await witness.read(document, '')).map(({ value }) => value)).toEqual(['19', '\ud800', '3', '19'])
  })
})
