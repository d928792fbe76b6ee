import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { type Way, ways } from '../../examples/todo/way-names.ts'
import { expectTexts, fitsItsWidth, picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, expectSaved, expectStatus, expectTodos, waySwitch } from '../support/todo-page.ts'

const example = new TodoExample()

const all = Object.keys(ways) as Way[]
const via = (page: Page, text: string) => expectTexts(page, '.via', [text])

async function take(way: Way, ...pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    await waySwitch(page).selectOption(way)
    await expectSaved(page, way)
  }
}

/** What each adds appears at the other. */
async function exchange(one: Page, two: Page, before: readonly string[], way: Way): Promise<readonly string[]> {
  const [first, second] = [`${ways[way]}, here`, `${ways[way]}, there`]
  await add(one, first)
  await expectTodos(two, [...before, first])
  await add(two, second)
  await expectTodos(one, [...before, first, second])
  for (const page of [one, two]) await expectSaved(page, way)
  return [...before, first, second]
}

describe('The switch of a list', () => {
  it('takes two windows through all the ways, and what is added in one is in the other', async () => {
    const list = example.newList()
    const one = await example.open(list)
    const two = await example.openBeside(one.context(), list)
    let titles: readonly string[] = []
    for (const way of ['http', 'ladder', 'shared', 'socket-io'] as const) {
      await take(way, one, two)
      titles = await exchange(one, two, titles, way)
      if (way === 'ladder') await via(one, 'Now by WebSocket')
      if (way === 'shared') await Promise.all([via(one, 'This tab has it'), via(two, 'Another tab has it')])
    }

    await take('broadcast-channel', one, two)
    await expectTexts(one, '.place strong', ['Only in this browser.'])
    await expectTodos(one, [])
    await exchange(one, two, [], 'broadcast-channel')
    await example.expectAtServer(list, titles)

    await take('socket-io', one, two)
    await expectTexts(one, '.place', [])
    await expectTodos(one, titles)
    await exchange(one, two, titles, 'socket-io')
  })

  it.each([
    ['light', 900],
    ['dark', 320],
  ] as const)('is read well in %s, %d pixels wide', async (colorScheme, width) => {
    const page = await example.open(example.newList(), { colorScheme, viewport: { width, height: 700 } })
    await add(page, 'Milk')
    for (const way of all) {
      await take(way, page)
      expect(await fitsItsWidth(page)).toBe(true)
      await picture(page, `way-${way}-${colorScheme}-${width}`)
    }
  })

  it('keeps the lists of a browser while any of its tabs is open', async () => {
    const list = example.newList()
    const one = await example.open(list)
    await take('broadcast-channel', one)
    await add(one, 'Milk')
    const two = await example.openBeside(one.context(), list)
    await expectTodos(two, ['Milk'])
    await one.close()
    await add(two, 'Tea')
    await expectStatus(two, 'In all tabs')
    const three = await example.openBeside(two.context(), list)
    await expectTodos(three, ['Milk', 'Tea'])
    await two.context().close()
    await example.expectAtServer(list, [])
  })

  it('has the first tab keep them where a browser has no workers for all tabs', async () => {
    const context = await example.browser.newContext()
    await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
    const list = example.newList()
    const one = await example.openBeside(context, list)
    await take('broadcast-channel', one)
    const two = await example.openBeside(context, list)
    await expectStatus(two, 'In all tabs')
    await exchange(one, two, [], 'broadcast-channel')
  })
})
