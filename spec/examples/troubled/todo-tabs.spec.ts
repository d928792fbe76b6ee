import { describe, it } from '@jest/globals'
import { crash, expectTexts, leap, picture, stop } from '../../support/browser.ts'
import { TodoExample } from '../../support/todo-example.ts'
import { add, expectStatus, expectTodos, hurry } from '../../support/todo-page.ts'
import { expectQueues } from '../../support/todo-storage.ts'

const example = new TodoExample()

describe('Two tabs of one browser', () => {
  it.each(['closed', 'crashed'])('that were %s offline lose nothing, and the server gets it once', async (how) => {
    const list = example.newList()
    const one = await example.prepare(list)
    const two = await example.openBeside(one.context(), list)
    await expectStatus(two, 'Saved')
    await example.server.stop('SIGKILL')
    await add(one, 'Milk', 'Bread')
    await add(two, 'Salt')
    await Promise.all([expectStatus(one, 'Offline, 2 kept here'), expectStatus(two, 'Offline, 1 kept here')])
    for (const page of [one, two]) await (how === 'closed' ? page.close() : crash(page))

    const again = await example.openBeside(one.context(), list)
    await expectTodos(again, ['Salt'])
    const beside = await example.openBeside(one.context(), list)
    await expectTodos(beside, ['Milk', 'Bread'])
    await example.restart(again)
    await Promise.all([again, beside].map((page) => expectTexts(page, '.summary span', ['3 of 3 to do'])))
    await Promise.all([expectStatus(again, 'Saved'), expectStatus(beside, 'Saved')])
    await example.expectAtServer(list, ['Milk', 'Bread', 'Salt'])
  })

  it.each(['was never sent', 'is on its way'])('take over from a sleeping one what %s: nothing twice', async (what) => {
    const list = example.newList()
    const one = await example.prepare(list)
    const two = await example.openBeside(one.context(), list, true)
    await expectStatus(two, 'Saved')
    if (what === 'is on its way') {
      example.server.signal('SIGSTOP')
      await add(one, 'Milk')
      await expectStatus(one, '1 kept here, waiting')
    } else {
      await example.server.stop('SIGKILL')
      await add(one, 'Milk')
      await expectStatus(one, 'Offline, 1 kept here')
    }
    const wake = await stop(one)
    if (what === 'is on its way') example.server.signal('SIGCONT')
    else await example.restart(two)
    await expectStatus(two, 'Saved')
    await expectQueues(two, `list/${list}`, 2)
    await leap(two, 100_000)
    await expectQueues(two, `list/${list}`, 1)
    await expectTodos(two, ['Milk'])
    await wake()
    await hurry(one)
    if (what === 'was never sent') {
      await one.getByText('A change that waited here went on from another tab while this one slept.').waitFor()
      await picture(one, 'taken-over')
    }
    await add(one, 'Bread')
    await expectStatus(one, 'Saved')
    await expectTodos(two, ['Milk', 'Bread'])
    await expectTodos(one, ['Milk', 'Bread'])
    await example.expectAtServer(list, ['Milk', 'Bread'])
  })
})
