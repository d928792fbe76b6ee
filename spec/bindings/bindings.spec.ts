import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { expectTexts, openBrowser, takeComplaints } from '../support/browser.ts'
import type { Driven } from './pages/driver.ts'
import { frameworks, openScene } from './pages.ts'

declare const driven: Driven

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))

afterAll(() => browser.close())

const many = 10_000

const counts = (page: Page) => page.evaluate(() => driven.counts())

const observers = (page: Page) => page.evaluate(() => driven.observers())

const change = (page: Page, id: string, title: string) =>
  page.evaluate(([at, to]) => driven.change(at, to), [id, title] as const)

describe.each(frameworks)('The binding for %s', (framework) => {
  afterEach(() => expect(takeComplaints()).toEqual([]))

  it(`renders one row of ${many} when it changed elsewhere, once, and nothing when something else did`, async () => {
    const page = await openScene(browser, framework, many)
    await page.evaluate(() => driven.show('plain'))
    await expectTexts(page, `#t${many - 1}`, [`Todo ${many - 1}`])
    const first = await counts(page)
    expect(Object.keys(first)).toHaveLength(many + 1)
    expect(new Set(Object.values(first))).toEqual(new Set([1]))
    await change(page, 't4711', 'Changed')
    await expectTexts(page, '#t4711', ['Changed'])
    expect(await counts(page)).toEqual({ t4711: 1 })
    await page.evaluate(() => driven.rename('Renamed'))
    // Whatever that had rendered would have come before this.
    await change(page, 't9', 'Changed too')
    await expectTexts(page, '#t9', ['Changed too'])
    expect(await counts(page)).toEqual({ t9: 1 })
  })

  it('renders the list again for a new row, and no other row', async () => {
    const page = await openScene(browser, framework, 3)
    await page.evaluate(() => driven.show('plain'))
    await counts(page)
    await page.evaluate(() => driven.create('new', 'New'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2', 'New'])
    expect(await counts(page)).toEqual({ list: 1, new: 1 })
  })

  it('puts back in its place what was deleted here, once that is refused', async () => {
    const page = await openScene(browser, framework, 3)
    await page.evaluate(() => driven.show('plain'))
    await page.evaluate(() => driven.remove('t0'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2'])
    expect(await counts(page)).toMatchObject({ list: expect.any(Number), t1: 1, t2: 1 })
  })

  it('follows another place as soon as it is given one, and leaves the one before', async () => {
    const page = await openScene(browser, framework, 3)
    await page.evaluate(() => driven.show('plain'))
    await expectTexts(page, '#chosen', ['Todo 0'])
    const before = await observers(page)
    await page.evaluate(() => driven.choose('t1'))
    await expectTexts(page, '#chosen', ['Todo 1'])
    await change(page, 't1', 'Changed')
    await expectTexts(page, '#chosen', ['Changed'])
    expect(await observers(page)).toBe(before)
  })

  it('tells how a document and its connection stand', async () => {
    const page = await openScene(browser, framework, 3)
    await page.evaluate(() => driven.show('plain'))
    await expectTexts(page, '#status', ['live 0 true live'])
  })

  it('leaves no observer when its component goes', async () => {
    const page = await openScene(browser, framework, 100)
    const before = await observers(page)
    await page.evaluate(() => driven.show('plain'))
    await expectTexts(page, '#t99', ['Todo 99'])
    expect(await observers(page)).toBeGreaterThanOrEqual(before + 100)
    await page.evaluate(() => driven.hide())
    expect(await observers(page)).toBe(before)
  })
})

describe.each(frameworks)('A component of %s that throws while it renders', (framework) => {
  it.each(['at first', 'later'])('leaves the engine alone, and no observer (%s)', async (when) => {
    const page = await openScene(browser, framework, 3)
    const before = await observers(page)
    if (when === 'at first') await change(page, 't1', 'boom')
    await page.evaluate(() => driven.show('plain'))
    if (when === 'later') await change(page, 't1', 'boom')
    await expectTexts(page, '#failed', ['boom'])
    expect(await page.evaluate(() => driven.isWell())).toBe(true)
    await change(page, 't0', 'Changed')
    await expectTexts(page, '#chosen', ['Changed'])
    await page.evaluate(() => driven.hide())
    expect(await observers(page)).toBe(before)
    takeComplaints()
  })
})
