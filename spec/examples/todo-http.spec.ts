import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { filter, firstValueFrom, interval, switchMap } from 'rxjs'
import { picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, expectStatus, expectTodos, waySwitch } from '../support/todo-page.ts'

const example = new TodoExample('--transport', 'http')

/** How a page reached the server since this was last asked. */
function watched(page: Page): () => readonly string[] {
  const seen = new Set<string>()
  page.on('websocket', () => seen.add('WebSocket'))
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/millrace') seen.add('HTTP')
  })
  return () => {
    const ways = [...seen].sort()
    seen.clear()
    return ways
  }
}

describe('npm start -- --transport http', () => {
  it('has pages reach the server by HTTP, and they work as they do over a WebSocket', async () => {
    const [anna, ben] = await example.openTwice()
    const ways = watched(anna)
    await add(anna, 'Milk', 'Coffee')
    await expectTodos(ben, ['Milk', 'Coffee'])
    await add(ben, 'Tea')
    await expectTodos(anna, ['Milk', 'Coffee', 'Tea'])
    await Promise.all([expectStatus(anna, 'Saved'), expectStatus(ben, 'Saved')])
    expect(ways()).toEqual(['HTTP'])
    expect(await waySwitch(anna).inputValue()).toBe('http')
    await picture(anna, 'over-http')
  })

  it('lets a page change the way while it is edited, and remembers it in that browser', async () => {
    const [anna, ben] = await example.openTwice()
    const ways = watched(anna)
    await add(anna, 'Milk')
    await expectStatus(anna, 'Saved')
    ways()
    const opened = anna.waitForEvent('websocket')
    await waySwitch(anna).selectOption('WebSocket')
    await add(anna, 'Coffee')
    await opened
    await expectTodos(ben, ['Milk', 'Coffee'])
    await add(ben, 'Tea')
    await expectTodos(anna, ['Milk', 'Coffee', 'Tea'])
    await expectStatus(anna, 'Saved')
    ways()
    await anna.reload()
    await expectTodos(anna, ['Milk', 'Coffee', 'Tea'])
    await expectStatus(anna, 'Saved')
    expect(ways()).toEqual(['WebSocket'])
  })

  it('leaves connections to other requests, with eight tabs of one browser', async () => {
    const context = await example.browser.newContext()
    const list = example.newList()
    const tabs: Page[] = []
    for (let i = 0; i < 8; i++) tabs.push(await example.openBeside(context, list))
    for (const tab of tabs) await expectStatus(tab, 'Saved')
    const [first, ...others] = tabs as [Page, ...Page[]]
    const waiting$ = interval(50).pipe(switchMap(async () => (await fetch(`${example.server.url}/health`)).json()))
    await firstValueFrom(waiting$.pipe(filter(({ sessions }) => sessions >= 3)))
    const answered = () =>
      first.evaluate(async () => (await fetch('/health', { signal: AbortSignal.timeout(5_000) })).status)
    expect(await answered()).toBe(200)
    await add(first, 'Milk')
    for (const tab of others) await expectTodos(tab, ['Milk'])
    expect(await answered()).toBe(200)
    await context.close()
  })
})
