import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { crash, openBrowser, openTab, stop, takeComplaints } from '../support/browser.ts'
import { origin, serveScript } from '../support/script-pages.ts'
import type { Driven } from './pages/page.ts'

declare const driven: Driven

describe('Tabs over a channel, one of which is the host', () => {
  let browser: Browser
  let profile: BrowserContext
  let host: Page
  let one: Page
  let two: Page

  const serve = (page: Page, heartbeat: number) => page.evaluate((every) => driven.serve('tabs', every), heartbeat)
  const join = (page: Page, heartbeat: number) => page.evaluate((every) => driven.join('tabs', every), heartbeat)
  const shows = (page: Page, titles: string) => page.waitForFunction((text) => driven.titles === text, titles)
  const isLive = (page: Page, expected: boolean) =>
    page.waitForFunction((live) => (driven.status === 'live') === live, expected)
  const serves = (page: Page, sessions: number) => page.waitForFunction((count) => driven.sessions === count, sessions)
  const add = (page: Page, title: string) => page.evaluate((text) => driven.add(text), title)

  beforeEach(async () => {
    browser = await openBrowser()
    profile = await browser.newContext()
    await serveScript(profile, new URL('pages/page.ts', import.meta.url))
    host = await openTab(profile, origin)
    one = await openTab(profile, origin)
    two = await openTab(profile, origin)
  })
  afterEach(async () => {
    expect(takeComplaints()).toEqual([])
    await browser.close()
  })

  it('edit together, and the host forgets those that close, crash or stand still', async () => {
    await serve(host, 400)
    await Promise.all([one, two].map((page) => join(page, 400)))
    await add(one, 'coffee')
    await add(two, 'tea')
    await Promise.all([one, two].map((page) => shows(page, 'coffee tea')))
    await serves(host, 2)
    const wake = await stop(one)
    await serves(host, 1)
    await add(two, 'milk')
    await wake()
    await shows(one, 'coffee tea milk')
    await serves(host, 2)
    await crash(one)
    await serves(host, 1)
    await two.close()
    await serves(host, 0)
  })

  it('notice at once when the host leaves, and the next one gets what they had not sent', async () => {
    const longerThanTheSpec = 600_000
    await serve(host, longerThanTheSpec)
    await Promise.all([one, two].map((page) => join(page, longerThanTheSpec)))
    await add(one, 'coffee')
    await host.goto('about:blank')
    await isLive(one, false)
    const sent = add(one, 'tea')
    const next = await openTab(profile, origin)
    await serve(next, longerThanTheSpec)
    await isLive(one, true)
    await sent
    await shows(two, await one.evaluate(() => driven.titles))
  })
})
