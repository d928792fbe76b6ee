import { describe, expect, it } from '@jest/globals'
import { createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import type { Page } from 'playwright-core'
import type { documents } from '../../examples/todo/documents.ts'
import { expectTexts, picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import {
  add,
  addField,
  editField,
  expectStatus,
  expectTodos,
  longTitle,
  remove,
  rename,
  todo,
  type,
} from '../support/todo-page.ts'

const example = new TodoExample()

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent)

describe('A list in two windows', () => {
  it('shows in each what is added, edited, ticked and deleted in the other', async () => {
    const [anna, ben] = await example.openTwice({}, { colorScheme: 'dark' })
    await picture(anna, 'empty')
    await add(anna, 'Oat milk', longTitle)
    await expectTodos(ben, ['Oat milk', longTitle])
    await add(ben, 'Coffee')
    await expectTodos(anna, ['Oat milk', longTitle, 'Coffee'])
    await rename(anna, 'Coffee', 'Coffee beans')
    await expectTodos(ben, ['Oat milk', longTitle, 'Coffee beans'])
    await ben.getByRole('checkbox', { name: 'Coffee beans' }).check()
    await expectTexts(anna, '.row[data-done=true] .title', ['Coffee beans'])
    await Promise.all([expectStatus(anna, 'Saved'), expectStatus(ben, 'Saved')])
    await Promise.all([picture(anna, 'list'), picture(ben, 'list-dark')])
    await remove(anna, longTitle)
    await expectTodos(ben, ['Oat milk', 'Coffee beans'])
    await ben.getByRole('button', { name: 'Clear done' }).click()
    await expectTodos(anna, ['Oat milk'])
  })

  it('shows when the server got a todo', async () => {
    const page = await example.open(example.newList())
    await add(page, 'Milk')
    const stamp = await page.locator('.row time').getAttribute('datetime')
    expect(Math.abs(Date.now() - Date.parse(stamp ?? ''))).toBeLessThan(60_000)
  })

  it('has a title that anybody can change', async () => {
    const [anna, ben] = await example.openTwice()
    await anna.locator('h1 button').click()
    await anna.getByLabel('Title of this list').fill('Weekend')
    await anna.getByLabel('Title of this list').press('Enter')
    await expectTexts(ben, 'h1', ['Weekend'])
    expect(await ben.title()).toBe('Weekend · Millrace')
  })
})

describe('Editing', () => {
  it('adds with Enter and stays in the field', async () => {
    const page = await example.open(example.newList())
    await page.keyboard.type('Milk')
    await page.keyboard.press('Enter')
    await page.keyboard.type('Bread')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expectTodos(page, ['Milk', 'Bread'])
    expect(await focused(page)).toBe('New todo')
  })

  it('saves with Enter or by leaving the field, not with Escape', async () => {
    const [page, other] = await example.openTwice()
    await add(page, 'One', 'Two', 'Three')
    await rename(page, 'One', 'First')
    await type(page, 'Two', 'Second')
    await addField(page).click()
    await type(page, 'Three', 'Third')
    await page.keyboard.press('Escape')
    await expectTodos(page, ['First', 'Second', 'Three'])
    await add(page, 'Last')
    await expectTodos(other, ['First', 'Second', 'Three', 'Last'])
  })

  it('needs no mouse, and keeps the focus where the work is', async () => {
    const page = await example.open(example.newList())
    await add(page, 'One', 'Two')
    for (const key of ['Tab', 'Tab', 'Space', 'Tab', 'Enter']) await page.keyboard.press(key)
    await page.keyboard.type(' more')
    await page.keyboard.press('Enter')
    await expectTexts(page, '.row[data-done=true] .title', ['One more'])
    expect(await focused(page)).toBe('One more')
    for (const key of ['Tab', 'Enter']) await page.keyboard.press(key)
    expect(await focused(page)).toBe('Delete Two')
    await page.keyboard.press('Enter')
    await expectTodos(page, [])
    expect(await focused(page)).toBe('New todo')
  })

  it('moves nothing when the editing begins', async () => {
    const page = await example.open(example.newList())
    await add(page, longTitle, 'Milk')
    const before = await page.locator('.row').last().boundingBox()
    await todo(page, longTitle).click()
    await editField(page).waitFor()
    expect(await page.locator('.row').last().boundingBox()).toEqual(before)
  })
})

describe('What the server refuses', () => {
  it('is taken back, and the page says why until that was seen', async () => {
    const list = example.newList()
    const client = createClient<typeof documents>({ transport: socketIoTransport(example.server.url) })
    const others = client.open(`list/${list}`)
    await others.loaded
    for (let n = 1; n <= 50; n++) others.at('todos').create({ title: `Todo ${n}` })
    await others.flush()
    client.close()
    const page = await example.open(list)
    await add(page, 'One too many')
    const refusal = page.getByRole('alert')
    await refusal.getByText('“One too many” was not added. A list takes 50 todos. Delete one first.').waitFor()
    await expectTexts(page, '.summary span', ['50 of 50 to do'])
    await expectStatus(page, 'Saved')
    await picture(page, 'refused')
    await page.reload()
    await refusal.getByText('“One too many” was not added.').waitFor()
    await page.getByRole('button', { name: 'Delete Todo 7', exact: true }).click()
    await refusal.getByRole('button', { name: 'Add it again' }).click()
    await todo(page, 'One too many').waitFor()
    await expectTexts(page, '.item', [])
    await expectStatus(page, 'Saved')
    await page.reload()
    await expectStatus(page, 'Saved')
    await expectTexts(page, '.item', [])
  })
})
