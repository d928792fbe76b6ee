import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { type Way, ways } from '../../examples/todo/way-names.ts'
import { openBrowser, openPage, openTab, takeComplaints } from '../support/browser.ts'
import { dataFolder, ExampleServer, removeFolder } from '../support/example-server.ts'
import { add, expectSaved, expectTodos, waySwitch } from '../support/todo-page.ts'

describe('npm start -- --transport', () => {
  const data = dataFolder()
  let browser: Browser

  beforeAll(async () => {
    browser = await openBrowser()
  }, 30_000)
  afterAll(async () => {
    await browser.close()
    removeFolder(data)
  })

  it.each(Object.keys(ways) as Way[])('%s has pages begin with that, without a choice', async (way) => {
    const server = await ExampleServer.start(data, 0, undefined, ['--transport', way])
    const url = `${server.url}/by-${way}`
    const one = await openPage(browser, url)
    await expectSaved(one, way)
    expect(await waySwitch(one).inputValue()).toBe(way)
    const two = await openTab(one.context(), url)
    await add(one, 'Milk')
    await expectTodos(two, ['Milk'])
    await add(two, 'Tea')
    await expectTodos(one, ['Milk', 'Tea'])
    await one.context().close()
    await server.stop()
    expect(takeComplaints()).toEqual([])
  })
})
