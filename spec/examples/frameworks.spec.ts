import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Applied, type Client, type ConnectedProxy, createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { program } from '../../examples/frameworks/build.mjs'
import { frameworks } from '../../examples/frameworks/shared/frameworks.ts'
import type { documents, TodoList } from '../../examples/todo/documents.ts'
import { expectTexts, fitsItsWidth, openBrowser, openPage, picture, takeComplaints } from '../support/browser.ts'
import { dataFolder, Program, removeFolder } from '../support/example-server.ts'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts'
import {
  add,
  addField,
  expectStatus,
  expectTodos,
  hurry,
  longTitle,
  remove,
  rename,
  todo,
  type,
} from '../support/todo-page.ts'

const data = dataFolder()
let browser: Browser
let server: Program
let line: TcpProxy
let client: Client<typeof documents>
let lists = 0

beforeAll(async () => {
  server = new Program(process.execPath, [program, '--port', '0', '--data', data])
  const [, port] = await server.says(/http:\/\/localhost:(\d+)/)
  client = createClient<typeof documents>({ transport: socketIoTransport(`http://localhost:${port}`) })
  ;[browser, line] = await Promise.all([openBrowser(), tcpProxy(Number(port))])
}, 30_000)

afterEach(() => expect(takeComplaints()).toEqual([]))

afterAll(async () => {
  client.close()
  await browser.close()
  await line.close()
  await server.stop()
  removeFolder(data)
})

const expectDone = (page: Page, titles: readonly string[]) => expectTexts(page, '.row[data-done=true] .title', titles)

const expectLeft = (page: Page, texts: readonly string[]) => expectTexts(page, '.summary span', texts)

const idOf = (added: Applied): string => (added.isSuccess && added.createdId) || ''

const refusal = 'A list takes 50 todos. Delete one first.'

describe.each(Object.keys(frameworks))('The todo app in %s', (framework) => {
  let page: Page
  /** The same list, in the hands of somebody else. */
  let others: ConnectedProxy<TodoList>

  beforeAll(async () => {
    page = await openPage(browser, 'about:blank')
  })

  beforeEach(async () => {
    const list = `groceries-${++lists}`
    others = client.open(`list/${list}`)
    await page.setViewportSize({ width: 900, height: 700 })
    await page.goto(`http://localhost:${line.port}/${framework}?list=${list}`)
    await Promise.all([expectStatus(page, 'Saved'), others.loaded])
  })

  afterEach(() => others.close())

  afterAll(() => page.context().close())

  const titlesAtOthers = () => Object.values(others.getDocument().todos).map(({ title }) => title)

  it('adds, edits, ticks and deletes', async () => {
    await page.getByText('Nothing to do yet.').waitFor()
    await add(page, 'Oat milk', longTitle, 'Coffee')
    await expectTodos(page, ['Oat milk', longTitle, 'Coffee'])
    await rename(page, 'Coffee', 'Coffee beans')
    const before = await page.locator('.row').last().boundingBox()
    await type(page, 'Oat milk', 'Something else')
    expect(await page.locator('.row').last().boundingBox()).toEqual(before)
    await page.keyboard.press('Escape')
    await page.getByRole('checkbox', { name: 'Coffee beans' }).check()
    await expectDone(page, ['Coffee beans'])
    await expectLeft(page, ['2 of 3 to do'])
    await expectStatus(page, 'Saved')
    expect(titlesAtOthers()).toEqual(['Oat milk', longTitle, 'Coffee beans'])
    await picture(page, `frameworks-${framework}`)
    await page.setViewportSize({ width: 320, height: 700 })
    expect(await fitsItsWidth(page)).toBe(true)
    await page.getByRole('button', { name: 'Clear done' }).click()
    await remove(page, longTitle)
    await add(page, ' ')
    await expectTodos(page, ['Oat milk'])
    await type(page, 'Oat milk', 'Milk')
    await addField(page).click()
    await expectTodos(page, ['Milk'])
    await remove(page, 'Milk')
    await page.getByText('Nothing to do yet.').waitFor()
    await expectStatus(page, 'Saved')
    expect(titlesAtOthers()).toEqual([])
  })

  it('shows what others do, and leaves alone what somebody types', async () => {
    const milk = idOf(others.at('todos').create({ title: 'Milk' }))
    const bread = idOf(others.at('todos').create({ title: 'Bread' }))
    await expectTodos(page, ['Milk', 'Bread'])
    await type(page, 'Bread', 'Rye bread')
    others.at('todos', milk).update({ title: 'Oat milk', done: true })
    await expectDone(page, ['Oat milk'])
    others.at('todos', bread).update({ done: true })
    await expectLeft(page, ['0 of 2 to do'])
    await page.keyboard.press('Enter')
    await expectDone(page, ['Oat milk', 'Rye bread'])
    others.at('todos', milk).delete()
    await expectTodos(page, ['Rye bread'])
  })

  it('goes on offline, and is saved once the line is back', async () => {
    await add(page, 'Milk')
    await expectStatus(page, 'Saved')
    line.pause('to client')
    line.cut()
    await expectStatus(page, 'Offline')
    await add(page, 'Bread')
    await page.getByRole('checkbox', { name: 'Milk' }).check()
    await expectStatus(page, 'Offline, 2 waiting')
    await expectDone(page, ['Milk'])
    line.resume('to client')
    await hurry(page)
    await expectStatus(page, 'Saved')
    expect(titlesAtOthers()).toEqual(['Milk', 'Bread'])
  })

  it('takes back what the host refuses and says why, and has what it took after a reload', async () => {
    others.batch(() => {
      for (let n = 1; n <= 50; n++) others.at('todos').create({ title: `Todo ${n}` })
    })
    await expectLeft(page, ['50 of 50 to do'])
    await add(page, 'One too many')
    await expectTexts(page, '.item p', [`“One too many” was not added. ${refusal}`])
    await expectLeft(page, ['50 of 50 to do'])
    expect(await todo(page, 'One too many').count()).toBe(0)
    await picture(page, `frameworks-${framework}-refused`)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await expectTexts(page, '.item p', [])
    await remove(page, 'Todo 7')
    await expectStatus(page, 'Saved')
    await page.reload()
    await expectLeft(page, ['49 of 49 to do'])
    await expectStatus(page, 'Saved')
  })
})

/** Where everything in a window stands that all of them have, and how it looks. */
const looksOf = (window: FrameLocator) =>
  window.locator('main, h1, .add > *, .status, .rows, .row, .row > *, .summary, .summary > *').evaluateAll((elements) =>
    elements.map((element) => {
      const { x, y, width, height } = element.getBoundingClientRect()
      const { color, fontSize, fontWeight, textDecoration } = getComputedStyle(element)
      // Texts are as wide as the pieces that they are put together of, to a twentieth of a pixel.
      const place = [x, y, width, height].map(Math.round)
      return { name: `${element.localName}.${element.className}`, place, color, fontSize, fontWeight, textDecoration }
    }),
  )

describe('Six frameworks side by side', () => {
  it('edit one list in one page, and look alike', async () => {
    const page = await openPage(browser, `http://localhost:${line.port}/?list=groceries`, {
      viewport: { width: 1280, height: 1240 },
      reducedMotion: 'reduce',
    })
    const windows = Object.values(frameworks).map((title) => page.frameLocator(`iframe[title="${title}"]`))
    for (const [i, window] of windows.entries()) {
      await window.getByLabel('New todo').fill(`Todo ${i + 1}`)
      await window.getByLabel('New todo').press('Enter')
    }
    await windows[0]?.getByRole('checkbox', { name: 'Todo 1' }).check()
    for (const window of windows) {
      await window
        .locator('.row')
        .nth(windows.length - 1)
        .waitFor()
      await window.locator('.row[data-done=true]').waitFor()
      await window.getByText('Saved').waitFor()
    }
    await page.locator('h1').click()
    const [first, ...others] = await Promise.all(windows.map(looksOf))
    expect(first?.length).toBeGreaterThan(20)
    for (const looks of others) expect(looks).toEqual(first)
    await picture(page, 'frameworks-light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, 'frameworks-dark')
    await page.setViewportSize({ width: 320, height: 640 })
    expect(await fitsItsWidth(page)).toBe(true)
  })
})
