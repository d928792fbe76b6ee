import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import type { Way } from '../../examples/todo/way-names.ts'
import { expectTexts, openPage } from './browser.ts'

/** One that takes several lines on any screen. */
export const longTitle = 'Rye bread, the dark one from the bakery at the corner, if there is any left'

/** Opens a list as somebody else would, and waits until it is there. */
export async function openList(browser: Browser, url: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await openPage(browser, url, options)
  await expectStatus(page, 'Saved')
  return page
}

/** Has a page try at once whether the server is there. */
export const hurry = (page: Page): Promise<unknown> => page.evaluate(() => window.dispatchEvent(new Event('online')))

/** Waits until the page would load with no server. */
export const isPrepared = (page: Page): Promise<void> =>
  page.evaluate(async () => void (await navigator.serviceWorker.ready))

export const expectStatus = (page: Page, text: string): Promise<void> => expectTexts(page, '.status', [text])

/** Waits until what was done on a page is with whom it reaches by this way. */
export const expectSaved = (page: Page, way: Way): Promise<void> =>
  expectStatus(page, way === 'broadcast-channel' ? 'In all tabs' : 'Saved')

export const waySwitch = (page: Page): Locator => page.getByLabel('Connected by')

export const expectTodos = (page: Page, titles: readonly string[]): Promise<void> =>
  expectTexts(page, '.row .title', titles)

export const todoTitles = (page: Page): Promise<string[]> => page.locator('.row .title').allTextContents()

export const addField = (page: Page): Locator => page.getByLabel('New todo')

export const editField = (page: Page): Locator => page.getByLabel(/^Edit /)

export const todo = (page: Page, title: string): Locator => page.locator('.row .title', { hasText: title })

export async function add(page: Page, ...titles: readonly string[]): Promise<void> {
  for (const title of titles) {
    await addField(page).fill(title)
    await addField(page).press('Enter')
  }
}

/** Types over a todo without saving it. */
export async function type(page: Page, over: string, text: string): Promise<void> {
  await todo(page, over).click()
  await editField(page).fill(text)
}

export async function rename(page: Page, from: string, to: string): Promise<void> {
  await type(page, from, to)
  await editField(page).press('Enter')
}

export const remove = (page: Page, title: string): Promise<void> =>
  page.getByRole('button', { name: `Delete ${title}` }).click()
