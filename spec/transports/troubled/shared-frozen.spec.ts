import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openTab, takeComplaints } from '../../support/browser.ts'
import { initial } from '../../support/documents.ts'
import { type FreezingBrowser, freeze, openFreezingBrowser } from '../../support/freezing-browser.ts'
import { type Site, site } from '../../support/site.ts'
import { expectEachOnce, wholeHistory } from '../../support/whole-history.ts'
import type { DrivenAtASite } from '../pages/at-a-site.ts'

declare const driven: DrivenAtASite

// Pages that are not shown paint nothing, which is when others look.
const looking = { polling: 50 }

describe('Tabs that share a connection, in a browser that freezes pages', () => {
  let browser: FreezingBrowser
  let served: Site
  let said: string[]

  beforeEach(async () => {
    ;[browser, served] = await Promise.all([
      openFreezingBrowser(),
      site(new URL('../pages/at-a-site.ts', import.meta.url)),
    ])
    said = []
  })
  afterEach(async () => {
    await browser.close()
    await served.close()
    expect(takeComplaints()).toEqual([])
  })

  async function share(): Promise<Page> {
    const page = await openTab(browser.profile, `http://localhost:${served.port}`)
    await page.evaluate(() => driven.open('shared'))
    return page
  }
  const isA = (page: Page, role: string) =>
    page.waitForFunction(
      (expected) => driven.status.state === 'live' && driven.status.via?.role === expected,
      role,
      looking,
    )
  const showsAll = (page: Page) => page.waitForFunction((size) => driven.size === size, said.length, looking)
  async function add(page: Page, ...titles: string[]): Promise<void> {
    said.push(...titles)
    await page.evaluate((all) => driven.add(...all), titles)
  }
  const saved = (page: Page) => page.evaluate(() => driven.saved())
  const ticks = (page: Page) => page.evaluate(() => driven.ticks)

  it('have another leader in place of a frozen one, which follows when it is thawed: nothing lost, nothing twice', async () => {
    const one = await share()
    const two = await share()
    const three = await share()
    await isA(one, 'leader')
    await Promise.all([isA(two, 'follower'), isA(three, 'follower')])
    for (const [i, page] of [one, two, three].entries()) await add(page, `under way ${i}`)
    const thaw = await freeze(one)
    const stoodAt = await ticks(one)

    await Promise.all([add(two, 'coffee', 'tea'), add(three, 'milk')])
    await Promise.all([saved(two), saved(three)])
    const [leader, follower] = await Promise.race([
      isA(two, 'leader').then(() => [two, three] as const),
      isA(three, 'leader').then(() => [three, two] as const),
    ])
    await isA(follower, 'follower')
    expect(served.host.counts.sessions).toBe(1)
    expect(await ticks(one)).toBe(stoodAt)

    await thaw()
    await isA(one, 'follower')
    await add(one, 'bread')
    await saved(one)
    await add(leader, 'salt')
    for (const page of [one, two, three]) await showsAll(page)
    const texts = await Promise.all([one, two, three].map((page) => page.evaluate(() => driven.text)))
    expectEachOnce(await wholeHistory(served.history, 'list/shopping', initial), initial, said, texts)
    expect(served.host.counts.sessions).toBe(1)
  })
  it('are not led by one that is frozen, and it is one of them again when it is thawed', async () => {
    const one = await share()
    const two = await share()
    const three = await share()
    await Promise.all([isA(two, 'follower'), isA(three, 'follower')])
    const thaw = await freeze(two)
    await one.close()
    await isA(three, 'leader')
    await add(three, 'coffee')
    await saved(three)
    await thaw()
    await isA(two, 'follower')
    await add(two, 'tea')
    await saved(two)
    for (const page of [two, three]) await showsAll(page)
  })
})
