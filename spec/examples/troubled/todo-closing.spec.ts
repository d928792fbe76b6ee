import { describe, expect, it } from '@jest/globals'
import { openTab } from '../../support/browser.ts'
import { TodoExample } from '../../support/todo-example.ts'
import { add, expectStatus, expectTodos, todoTitles } from '../../support/todo-page.ts'

const example = new TodoExample()

describe('A tab that is closed', () => {
  it('loses nothing that it said was kept, however busy it is', async () => {
    const list = example.newList()
    let page = await example.prepare(list)
    await example.server.stop('SIGKILL')
    for (let round = 1; round <= 4; round++) {
      const adding = add(page, ...Array.from({ length: 12 }, (_, i) => `${round}.${i}`)).catch(() => undefined)
      const kept = page.getByText(/kept here/)
      await page.locator('.row', { hasText: `${round}.${2 * round}` }).waitFor()
      await kept.waitFor()
      const said = Number(/\d+/.exec((await kept.textContent({ timeout: 1_000 })) ?? '')?.[0])
      await page.close()
      await adding
      page = await example.openBeside(page.context(), list)
      await page.getByText(/Offline, \d+ kept here/).waitFor()
      expect((await todoTitles(page)).length).toBeGreaterThanOrEqual(said)
    }
    const titles = await todoTitles(page)
    await example.restart(page)
    await expectStatus(page, 'Saved')
    await example.expectAtServer(list, titles)
  })

  it('lets go of what it held at once: the next one has it', async () => {
    const list = example.newList()
    const page = await example.prepare(list)
    const beside = await openTab(page.context(), example.server.url)
    await example.server.stop('SIGKILL')
    await add(page, 'Milk')
    await expectStatus(page, 'Offline, 1 kept here')
    const held = await beside.evaluate(async () => (await navigator.locks.query()).held?.map(({ name = '' }) => name))
    expect(held).toHaveLength(1)
    await page.close()
    // Long before a page that says nothing counts as asleep.
    await beside.evaluate((name = '') => navigator.locks.request(name, () => undefined), held?.[0])
    await expectTodos(await example.openBeside(beside.context(), list), ['Milk'])
  })
})
