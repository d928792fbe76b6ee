import { expect } from '@jest/globals'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../checks/chromium.mjs'

export const quietly: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath() ?? '/usr/bin/chromium', args: [...quietly] })
}

/** A page as somebody else would open it: nothing is shared with the others. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 }, locale: 'en-GB', ...options })
  return openTab(context, url)
}

/**
 * A page of somebody who may have others. What it complains about fails its spec. One that has its own clock can be put
 * ahead of its time.
 */
export async function openTab(context: BrowserContext, url: string, hasOwnClock = false): Promise<Page> {
  const page = await context.newPage()
  if (hasOwnClock) await page.addInitScript(giveClock)
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return page
}

interface Clocked extends Window {
  leap?: (milliseconds: number) => void
}

/** Playwright's clocks are for all pages of a browser at once, and this is for one of them. */
function giveClock(): void {
  const { now } = Date
  const { setInterval, clearInterval } = window
  const repeated = new Map<number, { readonly every: number; readonly run: () => void }>()
  let ahead = 0
  Date.now = () => now() + ahead
  Object.assign(window, {
    setInterval(run: () => void, every: number) {
      const id = setInterval(run, every)
      repeated.set(id, { every, run })
      return id
    },
    clearInterval(id: number) {
      clearInterval(id)
      repeated.delete(id)
    },
    leap(milliseconds: number) {
      ahead += milliseconds
      for (const { every, run } of [...repeated.values()]) if (every <= milliseconds) run()
    },
  })
}

/** Puts a page with its own clock ahead: what it does again and again within that time it does now. */
export const leap = (page: Page, milliseconds: number): Promise<void> =>
  page.evaluate((by) => (window as Clocked).leap?.(by), milliseconds)

/** Kills what runs a page. */
export async function crash(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  // Nobody is left to answer.
  devtools.send('Page.crash').catch(() => undefined)
  await crashed
}

/**
 * Stops a page in the middle of whatever it does, as a laptop that is shut: no timer fires, no message arrives, locks and
 * sockets stay open, and it is not told before, as one that its browser freezes is.
 * @returns what wakes it
 */
export async function stop(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page)
  const paused = new Promise((resolve) => devtools.once('Debugger.paused', resolve))
  await devtools.send('Debugger.enable')
  await devtools.send('Debugger.pause')
  // It stops at the next thing it does, which is this.
  devtools.send('Runtime.evaluate', { expression: 'undefined' }).catch(() => undefined)
  await paused
  return async () => {
    await devtools.send('Debugger.resume')
    await devtools.detach()
  }
}

const complaints: string[] = []

/** The errors that pages did not catch since this was last asked. */
export const takeComplaints = (): string[] => complaints.splice(0)

/** Waits until a selector's elements have these texts, and fails with what they have. */
export async function expectTexts(page: Page, selector: string, texts: readonly string[]): Promise<void> {
  const isShown = ([within, expected]: readonly [string, readonly string[]]) => {
    const shown = [...document.querySelectorAll(within)].map(({ textContent }) => textContent?.trim())
    return JSON.stringify(shown) === JSON.stringify(expected)
  }
  await page.waitForFunction(isShown, [selector, texts] as const).catch(() => undefined)
  expect((await page.locator(selector).allTextContents()).map((text) => text.trim())).toEqual(texts)
}

/** Keeps a picture of the page, for people to look at. */
export const picture = (page: Page, name: string) => page.screenshot({ path: `.screenshots/${name}.png` })

/** Whether nothing is wider than the page. */
export const fitsItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)
