import { describe, expect, it } from '@jest/globals'
import { picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, editField, expectTodos, remove, rename, type } from '../support/todo-page.ts'

const example = new TodoExample()

describe('What somebody is typing', () => {
  it('survives a change of the same todo elsewhere, and a hint says so', async () => {
    const [anna, ben] = await example.openTwice()
    await add(anna, 'Milk', 'Bread')
    await expectTodos(ben, ['Milk', 'Bread'])
    await type(anna, 'Milk', 'Milk, two bottles')
    await rename(ben, 'Milk', 'Oat milk')
    await anna.getByText('Changed elsewhere to “Oat milk”').waitFor()
    expect(await editField(anna).inputValue()).toBe('Milk, two bottles')
    await picture(anna, 'draft-changed-elsewhere')
    await editField(anna).press('Enter')
    await expectTodos(ben, ['Milk, two bottles', 'Bread'])
  })

  it('gives way when theirs is taken', async () => {
    const [anna, ben] = await example.openTwice()
    await add(anna, 'Milk')
    await expectTodos(ben, ['Milk'])
    await type(anna, 'Milk', 'Mine')
    await rename(ben, 'Milk', 'Theirs')
    await anna.getByRole('button', { name: 'Take theirs' }).click()
    await expectTodos(anna, ['Theirs'])
    await add(anna, 'Next')
    await expectTodos(ben, ['Theirs', 'Next'])
  })

  it('survives the deletion of its todo elsewhere, and can be put back for everybody', async () => {
    const [anna, ben] = await example.openTwice({ viewport: { width: 320, height: 640 } })
    await add(anna, 'Milk', 'Bread', 'Salt')
    await expectTodos(ben, ['Milk', 'Bread', 'Salt'])
    await type(anna, 'Bread', 'Rye bread')
    await remove(ben, 'Bread')
    await anna.getByText('This todo was deleted elsewhere — put it back?').waitFor()
    await anna.keyboard.type(', dark')
    await picture(anna, 'draft-deleted-elsewhere-320')
    await anna.getByRole('button', { name: 'Put it back' }).click()
    await expectTodos(ben, ['Milk', 'Salt', 'Rye bread, dark'])
    await expectTodos(anna, ['Milk', 'Salt', 'Rye bread, dark'])
  })

  it('goes with its todo when it is let go', async () => {
    const [anna, ben] = await example.openTwice()
    await add(anna, 'Milk', 'Bread')
    await expectTodos(ben, ['Milk', 'Bread'])
    await type(anna, 'Milk', 'Oat milk')
    await remove(ben, 'Milk')
    await anna.getByText('put it back?').waitFor()
    await anna.keyboard.press('Escape')
    await expectTodos(anna, ['Bread'])
    await add(anna, 'Salt')
    await expectTodos(ben, ['Bread', 'Salt'])
  })
})
