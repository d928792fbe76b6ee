import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { expectTexts, openBrowser, takeComplaints } from '../support/browser.ts'
import type { Driven } from './pages/driver.ts'
import { openScene } from './pages.ts'

declare const driven: Driven

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))

afterAll(() => browser.close())

const observers = (page: Page) => page.evaluate(() => driven.observers())

describe('In StrictMode', () => {
  it('a component leaves no observer when it goes', async () => {
    const page = await openScene(browser, 'react', 10)
    const before = await observers(page)
    await page.evaluate(() => driven.show('plain'))
    await expectTexts(page, '#t9', ['Todo 9'])
    const plain = await observers(page)
    await page.evaluate(() => driven.hide())
    await page.evaluate(() => driven.show('strict'))
    await expectTexts(page, '#t9', ['Todo 9'])
    expect(await observers(page)).toBe(plain)
    await page.evaluate(() => driven.hide())
    expect(await observers(page)).toBe(before)
  })

  it('nor does one that throws while it renders', async () => {
    const page = await openScene(browser, 'react', 3)
    const before = await observers(page)
    await page.evaluate(() => driven.show('strict'))
    await page.evaluate(() => driven.change('t1', 'boom'))
    await expectTexts(page, '#failed', ['boom'])
    await page.evaluate(() => driven.hide())
    expect(await observers(page)).toBe(before)
    takeComplaints()
  })
})

describe('A render that is interrupted', () => {
  const seenWith = async (how: string) => {
    const page = await openScene(browser, 'react', 0)
    await page.evaluate((name) => driven.show(name), how)
    await page.waitForFunction(() => {
      const texts = [...document.querySelectorAll('i')].map(({ textContent }) => textContent)
      return texts.length > 0 && texts.every((text) => text === 'after')
    })
    return Object.keys(await page.evaluate(() => driven.counts()))
  }

  it('reads two values and shows one', async () => {
    const seen = await seenWith('withBinding')
    expect(seen).toEqual(expect.arrayContaining(['read before', 'read after']))
    expect(seen.filter((what) => what.startsWith('shown'))).toEqual(['shown after'])
  })

  it('shows both where it reads without the binding, so this would be seen', async () => {
    expect(await seenWith('naively')).toContain('shown before and after')
  })
})

describe('The first load', () => {
  const open = async (name: string) => {
    const page = await openScene(browser, 'react', 0)
    await page.evaluate(() => driven.rename('Groceries'))
    await page.evaluate((list) => {
      driven.show('loading')
      driven.choose(list)
    }, name)
    return page
  }

  const waiting = async (page: Page) => Object.keys(await page.evaluate(() => driven.counts()))

  it('is waited for, and meanwhile it is told how it stands', async () => {
    const page = await open('another')
    await expectTexts(page, '#title', [''])
    expect(await waiting(page)).toContain('loading')
    expect(takeComplaints()).toEqual([])
  })

  it('is not waited for where the document is there', async () => {
    const page = await open('shopping')
    await expectTexts(page, '#title', ['Groceries'])
    expect(await waiting(page)).toEqual([])
    expect(takeComplaints()).toEqual([])
  })

  it('throws what the host says where it is refused', async () => {
    const page = await open('secret')
    await page.locator('#failed').waitFor()
    expect(await page.locator('#failed').textContent()).toMatch(/secret/)
    takeComplaints()
  })
})
