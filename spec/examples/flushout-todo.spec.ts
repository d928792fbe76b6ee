import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, Locator, Page } from 'playwright-core'
import { expectTexts, fitsItsWidth, openBrowser, openPage, picture, takeComplaints } from '../support/browser.ts'
import { dataFolder, ExampleServer, removeFolder } from '../support/example-server.ts'

let browser: Browser
let server: ExampleServer
let page: Page
const data = dataFolder()

beforeAll(async () => {
  ;[browser, server] = await Promise.all([openBrowser(), ExampleServer.start(data)])
}, 30_000)

beforeEach(async () => {
  await page?.context().close()
  page = await openPage(browser, `${server.url}/flushout`, { viewport: { width: 1280, height: 1000 } })
})

afterAll(async () => {
  await browser.close()
  await server.stop()
  removeFolder(data)
  expect(takeComplaints()).toEqual([])
})

type Name = 'Anna' | 'Ben' | 'Master'

const pane = (name: Name): Locator => page.getByRole('region', { name })

const within = (name: Name, selector: string): string => `[aria-label="${name}"] ${selector}`

async function add(name: Name, title: string): Promise<void> {
  await pane(name).getByLabel('New todo').fill(title)
  await pane(name).getByLabel('New todo').press('Enter')
}

const flush = (name: Name) => pane(name).getByRole('button', { name: 'Flush' }).click()

const expectCount = (name: Name, count: number) => expectTexts(page, within(name, '.count'), [`commandCount ${count}`])

const expectIds = (name: Name, ids: readonly string[]) => expectTexts(page, within(name, '.todos code'), ids)

const expectWaiting = (name: Name, commands: readonly string[]) =>
  expectTexts(page, within(name, '.waiting li'), commands)

const expectAnswer = (name: Name, lines: readonly string[]) => expectTexts(page, within(name, '.answer li'), lines)

describe('Two proxies and their master', () => {
  it('shows commands that wait, and takes them to the master with a flush', async () => {
    await add('Anna', 'Coffee')
    await pane('Anna').getByLabel('Milk', { exact: true }).check()
    await expectWaiting('Anna', ['create todos/3 {"title":"Coffee"}', 'update todos/2 {"done":true}'])
    await expectCount('Anna', 4)
    await expectCount('Master', 2)
    await flush('Anna')
    await expectWaiting('Anna', [])
    await expectCount('Master', 4)
    await expectTexts(page, within('Master', '.history li'), [
      '3  create todos/3 {"title":"Coffee"}',
      '4  update todos/2 {"done":true}',
    ])
    await pane('Anna').getByText('No sync was needed').waitFor()
  })

  it('brings each what the other flushed, and renames what collides', async () => {
    await add('Anna', 'Coffee')
    await add('Ben', 'Apples')
    await flush('Anna')
    await add('Ben', 'Tea')
    await picture(page, 'flushout-waiting')
    await flush('Ben')
    await expectAnswer('Ben', [
      'todos/3 is now todos/5',
      '3  create todos/3 {"title":"Coffee"}',
      '4  create todos/5 {"title":"Apples"}',
      '5  create todos/4 {"title":"Tea"}',
    ])
    await flush('Anna')
    for (const name of ['Anna', 'Ben', 'Master'] as const) {
      await expectCount(name, 5)
      await expectIds(name, ['1', '2', '3', '4', '5'])
    }
    await picture(page, 'flushout')
  })

  it('shows what the master changed, and what it refused', async () => {
    for (const title of ['coffee', 'Tea', 'Salt', 'Oil', 'Rice']) await add('Anna', title)
    await flush('Anna')
    await pane('Anna').getByText('create todos: This list takes 6 todos.').waitFor()
    await pane('Anna').getByText('3  create todos/3 {"title":"Coffee"}').waitFor()
    await expectCount('Anna', 6)
    await expectIds('Anna', ['1', '2', '3', '4', '5', '6'])
  })

  it('gets the whole document from a master without a history', async () => {
    await page.getByLabel('Proxies that lag behind').uncheck()
    await add('Anna', 'Coffee')
    await flush('Anna')
    await flush('Ben')
    await pane('Ben').getByText('Full sync').waitFor()
    await expectIds('Ben', ['1', '2', '3'])
  })

  it('fits a screen of 320 px, in the dark too', async () => {
    await page.context().close()
    page = await openPage(browser, `${server.url}/flushout`, {
      viewport: { width: 320, height: 900 },
      colorScheme: 'dark',
    })
    await add('Anna', 'A title that is so long that it does not fit on a line')
    await add('Anna', 'W'.repeat(60))
    await flush('Anna')
    expect(await fitsItsWidth(page)).toBe(true)
    await picture(page, 'flushout-320-dark')
  })
})
