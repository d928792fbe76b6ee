import { describe, expect, it } from '@jest/globals'
import type { Page } from 'playwright-core'
import { expectTexts, picture } from '../../support/browser.ts'
import { TodoExample } from '../../support/todo-example.ts'
import { add, editField, expectStatus, remove, rename, todo, todoTitles, type } from '../../support/todo-page.ts'
import { occupyStorage } from '../../support/todo-storage.ts'

const example = new TodoExample()

const numbered = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${name} ${from + i}`)

/** How many commands wait, once the page knows that it is offline. */
async function waitingOffline(page: Page): Promise<number> {
  const status = page.getByText(/^Offline/)
  await status.waitFor()
  return Number(/\d+/.exec((await status.textContent()) as string)?.[0] ?? 0)
}

/** The server neither answers nor ends meanwhile. */
async function withStoppedServer(work: () => Promise<void>): Promise<void> {
  example.server.signal('SIGSTOP')
  await work().finally(() => example.server.signal('SIGCONT'))
}

describe('A server that is killed in the middle', () => {
  it('has everything when it is back, and nothing twice', async () => {
    const [anna, ben] = await Promise.all([example.open('killed'), example.open('killed')])
    const killed = (async () => {
      await Promise.all([todo(ben, 'Anna 3').waitFor(), todo(anna, 'Ben 3').waitFor()])
      await example.server.stop('SIGKILL')
    })()
    await Promise.all([add(anna, ...numbered('Anna', 1, 15)), add(ben, ...numbered('Ben', 1, 15)), killed])

    const [byAnna, byBen] = await Promise.all([waitingOffline(anna), waitingOffline(ben)])
    await Promise.all([add(anna, ...numbered('Anna', 16, 18)), add(ben, ...numbered('Ben', 16, 18))])
    await rename(anna, 'Anna 18', 'Anna 18, renamed')
    await ben.getByRole('checkbox', { name: 'Anna 1', exact: true }).check()
    await expectStatus(anna, `Offline, ${byAnna + 4} kept here`)
    await expectStatus(ben, `Offline, ${byBen + 4} kept here`)
    await picture(anna, 'offline')

    await example.restart(anna, ben)
    const all = [...numbered('Anna', 1, 17), 'Anna 18, renamed', ...numbered('Ben', 1, 18)]
    await Promise.all([anna, ben].map((page) => expectTexts(page, '.summary span', ['35 of 36 to do'])))
    await Promise.all([expectStatus(anna, 'Saved'), expectStatus(ben, 'Saved')])
    expect((await todoTitles(anna)).sort()).toEqual(all.sort())
    expect(await todoTitles(ben)).toEqual(await todoTitles(anna))

    const late = await example.open('killed')
    expect(await todoTitles(late)).toEqual(await todoTitles(anna))
  }, 30_000)

  it('says which changes came too late for what they were made to', async () => {
    const [anna, ben] = await Promise.all([example.open('typing'), example.open('typing')])
    await add(anna, 'Milk', 'Bread')
    await todo(ben, 'Bread').waitFor()
    await example.server.stop('SIGKILL')
    await Promise.all([waitingOffline(anna), waitingOffline(ben)])
    await type(ben, 'Bread', 'Rye bread')
    await remove(anna, 'Bread')
    await remove(anna, 'Milk')
    await ben.getByRole('checkbox', { name: 'Milk' }).check()
    await expectStatus(anna, 'Offline, 2 kept here')

    await example.restart(anna)
    await expectStatus(anna, 'Saved')
    await ben.evaluate(() => window.dispatchEvent(new Event('online')))
    await ben
      .getByRole('alert')
      .getByText('The change to “Rye bread” was not kept. The todo was deleted elsewhere.')
      .waitFor()
    await expectStatus(ben, 'Saved')
    await picture(ben, 'came-too-late')
  }, 30_000)
})

describe('Leaving a page', () => {
  it('is asked about only while something is neither kept nor saved', async () => {
    const page = await example.open('leaving')
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void dialog.dismiss()
    })
    await add(page, 'Milk')
    await expectStatus(page, 'Saved')
    const other = await page.context().newPage()
    await other.goto(example.server.url)
    const letGo = await occupyStorage(other)
    await add(page, 'Bread')
    await expectStatus(page, '1 waiting')
    await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })])
    await letGo()
    await expectStatus(page, 'Saved')
    await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })])
    expect(asked).toEqual(['beforeunload'])
  }, 30_000)

  it('is not asked about once this browser keeps what waits', async () => {
    const page = await example.open('leaving-kept')
    await withStoppedServer(async () => {
      await add(page, 'Milk')
      await expectStatus(page, '1 kept here, waiting')
      await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })])
    })
  })

  it('is asked about while an edit is typed and not saved', async () => {
    const page = await example.open('leaving-draft')
    await add(page, 'Milk')
    await expectStatus(page, 'Saved')
    await type(page, 'Milk', 'Oat milk')
    const [dialog] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })])
    await dialog.dismiss()
    await editField(page).press('Escape')
    await Promise.all([page.waitForEvent('close'), page.close({ runBeforeUnload: true })])
  })
})
