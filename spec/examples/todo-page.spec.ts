import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { fitsItsWidth, openPage, picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, expectStatus, expectTodos, longTitle } from '../support/todo-page.ts'

const example = new TodoExample()

describe('A page', () => {
  it('leads from the start to a list of its own, and back to it', async () => {
    const page = await openPage(example.browser, example.server.url)
    await picture(page, 'start')
    await page.getByRole('button', { name: 'New list' }).click()
    await expectStatus(page, 'Saved')
    const first = page.url()
    await add(page, 'Mine')
    await expectStatus(page, 'Saved')
    await page.getByRole('button', { name: 'New list' }).click()
    await page.waitForURL((url) => url.href !== first)
    await expectTodos(page, [])
    await page.goto(example.server.url)
    await page.locator(`a[href="${new URL(first).pathname}"]`).click()
    await expectTodos(page, ['Mine'])
  })

  it('copies its link', async () => {
    const page = await example.open(example.newList(), { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: 'Copy link' }).click()
    await page.getByText('Link copied').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url())
  })

  it.each(['', 'list-narrow'])('fits a screen of 320 px (/%s)', async (path) => {
    const page = await openPage(example.browser, `${example.server.url}/${path}`, {
      viewport: { width: 320, height: 640 },
    })
    if (path !== '') await add(page, 'Milk', longTitle, 'W'.repeat(80))
    expect(await fitsItsWidth(page)).toBe(true)
    await picture(page, `narrow-${path || 'start'}`)
  })

  it('is as dark as the system', async () => {
    const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const [light, dark] = await Promise.all([
      example.open(example.newList()),
      example.open(example.newList(), { colorScheme: 'dark' }),
    ])
    const [lightest, darkest] = [await ground(light), await ground(dark)].map((color) => Number(/\d+/.exec(color)?.[0]))
    expect(lightest).toBeGreaterThan(200)
    expect(darkest).toBeLessThan(50)
  })

  it('takes everything from its own server', async () => {
    const page = await openPage(example.browser, 'about:blank')
    const requested: string[] = []
    page.on('request', (request) => requested.push(new URL(request.url()).origin))
    await page.goto(`${example.server.url}/${example.newList()}`)
    await expectStatus(page, 'Saved')
    expect(new Set(requested.filter((origin) => origin !== 'null'))).toEqual(new Set([example.server.url]))
  })
})
