import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { filter, firstValueFrom } from 'rxjs'
import { type Client, createClient } from '../../lib/client/client.ts'
import type { ConnectedProxy } from '../../lib/client/connected-proxy.ts'
import { inProcessTransport } from '../../transports/in-process/index.ts'
import { openBrowser, openPage, takeComplaints } from '../support/browser.ts'
import { type documents, initial, type List } from '../support/documents.ts'
import { type Site, site } from '../support/site.ts'
import { type Strictness, type StrictProxy, strictProxy } from '../support/strict-proxy.ts'
import { expectEachOnce, wholeHistory } from '../support/whole-history.ts'
import type { DrivenAtASite } from './pages/at-a-site.ts'

declare const driven: DrivenAtASite

const shopping = 'list/shopping'

describe('A page whose ladder has a WebSocket and polling', () => {
  let browser: Browser
  let served: Site
  let proxy: StrictProxy
  let page: Page
  let ben: Client<typeof documents>
  let list: ConnectedProxy<List>
  let said: string[]

  beforeEach(async () => {
    ;[browser, served] = await Promise.all([openBrowser(), site(new URL('pages/at-a-site.ts', import.meta.url))])
    proxy = await strictProxy(served.port)
    ben = createClient<typeof documents>({ transport: inProcessTransport(served.host) })
    list = ben.open(shopping)
    await list.loaded
    said = []
  })
  afterEach(async () => {
    ben.close()
    await browser.close()
    await proxy.close()
    await served.close()
    expect(takeComplaints()).toEqual([])
  })

  async function enter(): Promise<void> {
    page = await openPage(browser, proxy.url)
    await page.evaluate(() => driven.open('ladder'))
  }
  const standsAt = (rung: number) =>
    page.waitForFunction((expected) => driven.status.state === 'live' && driven.status.via?.rung === expected, rung)
  async function add(...titles: string[]): Promise<void> {
    said.push(...titles)
    await page.evaluate((all) => driven.add(...all), titles)
  }
  const webSockets = (count: number) => firstValueFrom(proxy.webSockets$.pipe(filter((now) => now === count)))
  const saved = () => page.evaluate(() => driven.saved())

  /** An edit of each reaches the other. */
  async function exchange(what: string): Promise<void> {
    await add(`${what} here`)
    await saved()
    list.at('todos').create({ title: `${what} there` })
    said.push(`${what} there`)
    await firstValueFrom(list.document$.pipe(filter(({ todos }) => Object.keys(todos).length === said.length)))
    await page.waitForFunction((size) => driven.size === size, said.length)
  }

  it.each<Strictness>(['answers 403', 'cuts the line', 'says nothing'])(
    'polls behind a proxy that %s to WebSockets, climbs when they pass, and steps down in the middle of its edits',
    async (how) => {
      proxy.block(how)
      await enter()
      await standsAt(1)
      await exchange('blocked')
      await webSockets(0)

      await add('climbing one')
      proxy.allow()
      await add('climbing two')
      await standsAt(0)
      await exchange('allowed')
      await webSockets(1)

      await add('falling one', 'falling two')
      proxy.block(how)
      await add('falling three')
      await standsAt(1)
      await exchange('blocked again')
      await webSockets(0)

      await saved()
      const history = await wholeHistory(served.history, shopping, initial)
      const shown = await page.evaluate(() => driven.text)
      expectEachOnce(history, initial, said, [shown, JSON.stringify(list.getDocument())])
    },
  )
})
