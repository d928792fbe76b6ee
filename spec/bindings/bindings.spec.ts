import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { expectTexts, openBrowser, takeComplaints } from '../support/browser.ts'
import type { Driven } from './pages/driver.ts'
import { frameworks, openProgram } from './pages.ts'

declare const driven: Driven

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterAll(() => browser.close())

const many = 10_000

describe.each(frameworks)('The binding for %s', (framework) => {
  /** One for all: each spec has a host and clients of its own in it. */
  let page: Page

  beforeAll(async () => {
    page = await openProgram(browser, framework)
  })

  afterEach(async () => {
    await page.evaluate(() => driven.hide())
    expect(takeComplaints()).toEqual([])
  })

  afterAll(() => page.context().close())

  const open = (todos: number) => page.evaluate((count) => driven.open(count), todos)

  const show = () => page.evaluate(() => driven.show('plain'))

  const counts = () => page.evaluate(() => driven.counts())

  const observers = () => page.evaluate(() => driven.observers())

  const change = (id: string, title: string) => page.evaluate(([at, to]) => driven.change(at, to), [id, title] as const)

  it(`renders one row of ${many} when it changed elsewhere, once, and nothing when something else did`, async () => {
    await open(many)
    await show()
    await expectTexts(page, `#t${many - 1}`, [`Todo ${many - 1}`])
    const first = await counts()
    expect(Object.keys(first)).toHaveLength(many + 1)
    expect(new Set(Object.values(first))).toEqual(new Set([1]))
    await change('t4711', 'Changed')
    await expectTexts(page, '#t4711', ['Changed'])
    expect(await counts()).toEqual({ t4711: 1 })
    await page.evaluate(() => driven.rename('Renamed'))
    // Whatever that had rendered would have come before this.
    await change('t9', 'Changed too')
    await expectTexts(page, '#t9', ['Changed too'])
    expect(await counts()).toEqual({ t9: 1 })
  })

  it('renders the list again for a new row, and no other row', async () => {
    await open(3)
    await show()
    await counts()
    await page.evaluate(() => driven.create('new', 'New'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2', 'New'])
    expect(await counts()).toEqual({ list: 1, new: 1 })
  })

  it('puts back in its place what was deleted here, once that is refused', async () => {
    await open(3)
    await show()
    await page.evaluate(() => driven.remove('t0'))
    await expectTexts(page, 'li', ['Todo 0', 'Todo 1', 'Todo 2'])
    expect(await counts()).toMatchObject({ list: expect.any(Number), t1: 1, t2: 1 })
  })

  it('follows another place as soon as it is given one, and leaves the one before', async () => {
    await open(3)
    await show()
    await expectTexts(page, '#chosen', ['Todo 0'])
    const before = await observers()
    await page.evaluate(() => driven.choose('t1'))
    await expectTexts(page, '#chosen', ['Todo 1'])
    await change('t1', 'Changed')
    await expectTexts(page, '#chosen', ['Changed'])
    expect(await observers()).toBe(before)
  })

  it('tells how a document and its connection stand', async () => {
    await open(3)
    await show()
    await expectTexts(page, '#status', ['live 0 true live'])
  })

  it('leaves no observer when its component goes', async () => {
    await open(100)
    const before = await observers()
    await show()
    await expectTexts(page, '#t99', ['Todo 99'])
    expect(await observers()).toBeGreaterThanOrEqual(before + 100)
    await page.evaluate(() => driven.hide())
    expect(await observers()).toBe(before)
  })

  it.each(['at first', 'later'])(
    'lets a component throw, and leaves the engine alone and no observer (%s)',
    async (when) => {
      await open(3)
      const before = await observers()
      if (when === 'at first') await change('t1', 'boom')
      await show()
      if (when === 'later') await change('t1', 'boom')
      await expectTexts(page, '#failed', ['boom'])
      expect(await page.evaluate(() => driven.isWell())).toBe(true)
      await change('t0', 'Changed')
      await expectTexts(page, '#chosen', ['Changed'])
      await page.evaluate(() => driven.hide())
      expect(await observers()).toBe(before)
      takeComplaints()
    },
  )
})
