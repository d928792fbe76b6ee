import { describe, it } from '@jest/globals'
import { crash, picture } from '../support/browser.ts'
import { TodoExample } from '../support/todo-example.ts'
import { add, expectStatus, expectTodos } from '../support/todo-page.ts'

const example = new TodoExample()

describe('With no server at all', () => {
  it('a closed tab opens again with all that was done in it, and the server gets it once when it is back', async () => {
    const list = example.newList()
    const page = await example.prepare(list)
    await add(page, 'Milk')
    await expectStatus(page, 'Saved')
    await example.server.stop('SIGKILL')
    await add(page, 'Bread', 'Salt')
    await expectStatus(page, 'Offline, 2 kept here')
    await page.close()

    const again = await example.openBeside(page.context(), list)
    await expectTodos(again, ['Milk', 'Bread', 'Salt'])
    await expectStatus(again, 'Offline, 2 kept here')
    await add(again, 'Eggs')
    await expectStatus(again, 'Offline, 3 kept here')
    await picture(again, 'opened-offline')
    await again.reload()
    await expectTodos(again, ['Milk', 'Bread', 'Salt', 'Eggs'])

    await example.restart(again)
    await expectStatus(again, 'Saved')
    await expectTodos(again, ['Milk', 'Bread', 'Salt', 'Eggs'])
    await example.expectAtServer(list, ['Milk', 'Bread', 'Salt', 'Eggs'])
  })

  it.each(['got it', 'never got it'])('a flush whose tab crashed arrives once, where the server %s', async (fate) => {
    const list = example.newList()
    const page = await example.prepare(list)
    await add(page, 'Milk')
    await expectStatus(page, 'Saved')
    example.server.signal('SIGSTOP')
    await add(page, 'Bread', 'Salt')
    await expectStatus(page, '2 kept here, waiting')
    await crash(page)
    if (fate === 'got it') example.server.signal('SIGCONT')
    else {
      await example.server.stop('SIGKILL')
      await example.restart()
    }

    const again = await example.openBeside(page.context(), list)
    await expectStatus(again, 'Saved')
    await expectTodos(again, ['Milk', 'Bread', 'Salt'])
    await example.expectAtServer(list, ['Milk', 'Bread', 'Salt'])
  })
})
