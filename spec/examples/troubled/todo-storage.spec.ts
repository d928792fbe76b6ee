import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { openTab, picture } from '../../support/browser.ts'
import { TodoExample } from '../../support/todo-example.ts'
import { add, expectStatus, expectTodos } from '../../support/todo-page.ts'
import { claimAsNewer, keptOf, tamper } from '../../support/todo-storage.ts'

const example = new TodoExample()

/** A page that looks on, without a list of its own. */
const onlooker = (page: Page): Promise<Page> => openTab(page.context(), example.server.url)

/** A list with Milk on the server and Bread in the browser alone, whose tab was closed. @returns a page that looks on */
async function left(list: string): Promise<Page> {
  const page = await example.prepare(list)
  const beside = await onlooker(page)
  await add(page, 'Milk')
  await expectStatus(page, 'Saved')
  await example.server.stop('SIGKILL')
  await add(page, 'Bread')
  await expectStatus(page, 'Offline, 1 kept here')
  await page.close()
  await example.restart()
  return beside
}

async function keyLike(page: Page, list: string, pattern: RegExp): Promise<[key: string, value: string]> {
  const entries = Object.entries(await keptOf(page, `list/${list}`))
  return entries.find(([key]) => pattern.test(key)) as [string, string]
}

describe('What a browser keeps', () => {
  it.each([
    ['who sends it', /^queue/, '{"half":'],
    ['the document', /confirmed$/, '{"position":{"count":"many"},"document":[]}'],
    ['what waits', /waiting/, '[{"command":{"action":"create","path":["__proto__"],"props":7}}]'],
  ])(
    'is put aside where somebody changed %s: the page says so, and has what the server has',
    async (what, key, text) => {
      const list = example.newList()
      const beside = await left(list)
      const [damaged] = await keyLike(beside, list, key)
      await tamper(beside, `list/${list}`, damaged, text)

      const again = await example.openBeside(beside.context(), list)
      await again.getByText('What this browser kept was damaged.').waitFor()
      await expectStatus(again, 'Saved')
      await expectTodos(again, ['Milk'])
      if (what === 'what waits') await picture(again, 'damaged')
      const names = Object.keys(await keptOf(beside, `list/${list}`))
      expect(names.filter((name) => name.startsWith('aside/') && name.endsWith(damaged))).toHaveLength(1)
      await add(again, 'Salt')
      await expectStatus(again, 'Saved')
    },
  )

  it('is left alone where a newer version of the page wrote it, and the list comes from the server', async () => {
    const list = example.newList()
    const beside = await left(list)
    const [key, text] = await keyLike(beside, list, /^queue/)
    const newer = JSON.stringify({ ...JSON.parse(text), version: 1_000 })
    await tamper(beside, `list/${list}`, key, newer)

    const again = await example.openBeside(beside.context(), list)
    await again.getByText('A newer version of this page was here.').waitFor()
    await expectStatus(again, 'Saved')
    await expectTodos(again, ['Milk'])
    await picture(again, 'newer-was-here')
    expect((await keptOf(beside, `list/${list}`))[key]).toBe(newer)
  })

  it('may be out of reach altogether: the page says so, and works as long as it is open', async () => {
    const list = example.newList()
    const page = await example.prepare(list)
    const beside = await onlooker(page)
    await claimAsNewer(beside)
    await add(page, 'Milk')
    await page.getByText('This browser does not keep changes now.').waitFor()
    await picture(page, 'not-kept')
    await expectTodos(page, ['Milk'])
  })
})
