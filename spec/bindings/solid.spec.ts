import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { expectTexts, openBrowser, takeComplaints } from '../support/browser.ts'
import type { Driven } from './pages/driver.ts'
import { openScene } from './pages.ts'

declare const driven: Driven

let browser: Browser
let page: Page

beforeAll(async () => {
  browser = await openBrowser()
})

afterEach(async () => {
  await page.context().close()
  expect(takeComplaints()).toEqual([])
})

afterAll(() => browser.close())

describe('A store of a document', () => {
  it('tells whoever reads a part of it of changes of that part alone', async () => {
    page = await openScene(browser, 'solid', 1_000)
    await page.evaluate(() => driven.show('store'))
    await expectTexts(page, '#t999', ['Todo 999'])
    await page.evaluate(() => driven.counts())
    await page.evaluate(() => driven.change('t471', 'Changed'))
    await expectTexts(page, '#t471', ['Changed'])
    expect(await page.evaluate(() => driven.counts())).toEqual({ t471: 1 })
    await page.evaluate(() => driven.rename('Renamed'))
    await page.evaluate(() => driven.change('t9', 'Changed too'))
    await expectTexts(page, '#t9', ['Changed too'])
    expect(await page.evaluate(() => driven.counts())).toEqual({ t9: 1 })
  })

  it('has the keys in the order of the document, whatever comes, goes and comes back', async () => {
    page = await openScene(browser, 'solid', 3)
    await page.evaluate(() => driven.show('store'))
    await page.evaluate(() => driven.create('new', 'New'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2', 'New'])
    await page.evaluate(() => driven.remove('t1'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2', 'New'])
  })

  it('is a copy: what the document handed out stays as it was', async () => {
    page = await openScene(browser, 'solid', 3)
    const before = await page.evaluate(() => driven.observers())
    await page.evaluate(() => driven.show('store'))
    await page.evaluate(() => driven.change('t1', 'Changed'))
    await page.evaluate(() => driven.create('new', 'New'))
    await expectTexts(page, 'li', ['Todo 0', 'Changed', 'Todo 2', 'New'])
    expect(await page.evaluate(() => driven.isWell())).toBe(true)
    await page.evaluate(() => driven.hide())
    expect(await page.evaluate(() => driven.observers())).toBe(before)
  })
})
