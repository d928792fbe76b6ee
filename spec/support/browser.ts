import { expect } from '@jest/globals'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { chromiumPath } from '../checks/chromium.mjs'

const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath() ?? '/usr/bin/chromium', args: quietly })
}

/** A page as somebody else would open it: nothing is shared with the others. What it complains about fails its spec. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 }, locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(url)
  return page
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
