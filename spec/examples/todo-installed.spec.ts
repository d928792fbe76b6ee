import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openTab, picture } from '../support/browser.ts'
import { ExampleServer } from '../support/example-server.ts'
import { buildNewer } from '../support/newer-pages.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, addField, expectStatus, expectTodos, hurry } from '../support/todo-page.ts'

const example = new TodoExample()

const cachesOf = (page: Page): Promise<string[]> => page.evaluate(() => caches.keys())

describe('The pages, once one of them was open', () => {
  it('are an application that can be installed', async () => {
    const page = await example.prepare(example.newList())
    const devtools = await page.context().newCDPSession(page)
    const { errors, data } = await devtools.send('Page.getAppManifest')
    expect(errors).toEqual([])
    const { icons } = JSON.parse(data as string) as { icons: { src: string; type: string }[] }
    for (const { src, type } of icons) {
      const response = await fetch(example.server.url + src)
      expect([src, response.headers.get('content-type')]).toEqual([src, type])
    }
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
    // A browser for specs is always in private.
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito'])
  })

  it('load with no server, each of them', async () => {
    const page = await example.prepare(example.newList())
    await example.server.stop('SIGKILL')
    const titles: string[] = []
    for (const path of ['', 'flushout', 'never-seen?a=b', 'one/in/another']) {
      const tab = await openTab(page.context(), `${example.server.url}/${path}`)
      titles.push(await tab.title())
      if (path === 'flushout') await tab.getByRole('button', { name: 'Flush' }).first().waitFor()
      if (path === 'never-seen?a=b') await expectStatus(tab, 'The server cannot be reached. Trying again.')
    }
    expect(titles).toEqual([
      'Millrace',
      'How it works · Millrace',
      'Never seen · Millrace',
      'One/in/another · Millrace',
    ])
  })
})

describe('A newer version of the pages', () => {
  let newer: ReturnType<typeof buildNewer>
  beforeAll(() => {
    newer = buildNewer('What needs doing?', 'What is next?')
  })
  afterAll(() => newer.remove())

  it('is offered, loaded when it is wanted, and takes the place of the old one', async () => {
    const list = example.newList()
    const page = await example.prepare(list)
    const other = await example.openBeside(page.context(), list)
    const [old] = await cachesOf(page)
    await example.server.stop()
    await add(page, 'Milk')
    await expectStatus(page, 'Offline, 1 kept here')
    example.server = await ExampleServer.start(example.data, example.server.port, newer.program)
    await hurry(page)
    const load = page.getByRole('button', { name: 'Load it' })
    await load.waitFor()
    await picture(page, 'newer-version')
    expect(await addField(page).getAttribute('placeholder')).toBe('What needs doing?')
    expect((await cachesOf(page)).length).toBe(2)

    await load.click()
    await page.getByPlaceholder('What is next?').waitFor()
    await expectTodos(page, ['Milk'])
    await other.getByRole('button', { name: 'Load it' }).waitFor()
    await expectStatus(page, 'Saved')
    const kept = await cachesOf(page)
    expect([kept.length, kept.includes(old as string)]).toEqual([1, false])

    await example.server.stop('SIGKILL')
    await other.getByRole('button', { name: 'Load it' }).click()
    await other.getByPlaceholder('What is next?').waitFor()
    await expectTodos(other, ['Milk'])
  })
})
