import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { crash, openBrowser, openTab, stop, takeComplaints } from '../support/browser.ts'
import { origin, serveScript } from '../support/script-pages.ts'
import type { Driven } from './pages/page.ts'

declare const driven: Driven

const longerThanTheSpec = 600_000

describe('Tabs that share a connection', () => {
  let browser: Browser
  let profile: BrowserContext
  let host: Page

  const share = async (heartbeat: number) => {
    const page = await openTab(profile, origin)
    await page.evaluate((every) => driven.share('tabs', every), heartbeat)
    return page
  }
  const isA = (page: Page, role: string) => page.waitForFunction((expected) => driven.role === expected, role)
  const shows = (page: Page, titles: string) => page.waitForFunction((text) => driven.titles === text, titles)
  const serves = (sessions: number) => host.waitForFunction((count) => driven.sessions === count, sessions)
  const add = (page: Page, title: string) => page.evaluate((text) => driven.add(text), title)

  beforeEach(async () => {
    browser = await openBrowser()
    profile = await browser.newContext()
    await serveScript(profile, new URL('pages/page.ts', import.meta.url))
    host = await openTab(profile, origin)
    await host.evaluate(() => driven.serve('tabs', 400))
  })
  afterEach(async () => {
    expect(takeComplaints()).toEqual([])
    await browser.close()
  })

  it('have another leader at once when theirs leaves or crashes', async () => {
    const one = await share(longerThanTheSpec)
    const two = await share(longerThanTheSpec)
    await isA(one, 'leader')
    await isA(two, 'follower')
    await serves(1)
    await add(two, 'coffee')
    await shows(one, 'coffee')
    await one.goto('about:blank')
    await isA(two, 'leader')
    const three = await share(longerThanTheSpec)
    await isA(three, 'follower')
    const lost = crash(two)
    await add(three, 'tea')
    await lost
    await isA(three, 'leader')
    await add(three, 'milk')
    await shows(three, 'coffee tea milk')
    await serves(1)
  })

  it('have another leader in place of one that stands still, which follows when it wakes up', async () => {
    const one = await share(400)
    const two = await share(400)
    await isA(two, 'follower')
    const wake = await stop(one)
    await add(two, 'coffee')
    await isA(two, 'leader')
    await wake()
    await isA(one, 'follower')
    await shows(one, 'coffee')
    await serves(1)
  })
})
