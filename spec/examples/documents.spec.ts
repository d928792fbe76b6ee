import { describe, expect, it } from '@jest/globals'
import { type Command, type Context, Master } from 'millrace'
import { documents, type TodoList } from '../../examples/todo/documents.ts'

const { interceptor } = documents.list
const master = () =>
  new Master<TodoList, Context>(
    { commandCount: 1, document: { title: '', todos: { milk: { title: 'Milk', createdAt: 1 } } } },
    interceptor && { interceptor },
  )

describe('The server of the todo list', () => {
  it('stamps a new todo, whatever time its client claims', async () => {
    const list = master()
    const command: Command = { action: 'create', path: ['todos'], props: { title: 'Bread', createdAt: 7 } }
    await list.apply({ from: 1, completions: [{ command, createdId: 'bread' }] })
    const { title, createdAt = 0 } = list.getSnapshot().document.todos.bread ?? {}
    expect(title).toBe('Bread')
    expect(Math.abs(Date.now() - createdAt)).toBeLessThan(10_000)
  })

  it.each<[string, Command]>([
    ['A todo has a title of 1 to 200 characters.', { action: 'create', path: ['todos'], props: { title: { a: 1 } } }],
    ['A todo has a title of 1 to 200 characters.', { action: 'create', path: ['todos'], props: {} }],
    [
      'A todo has a title of 1 to 200 characters.',
      { action: 'update', path: ['todos', 'milk'], props: { title: ' ' } },
    ],
    ['A todo is done or it is not.', { action: 'update', path: ['todos', 'milk'], props: { done: 'yes' } }],
    ["'createdAt' of a todo cannot be set.", { action: 'update', path: ['todos', 'milk'], props: { createdAt: 2 } }],
    ["'html' of a todo cannot be set.", { action: 'create', path: ['todos'], props: { title: 'Bread', html: '<b>' } }],
    ['A todo cannot be taken apart.', { action: 'update', path: ['todos', 'milk'], props: {}, unset: ['title'] }],
    ['A todo cannot be taken apart.', { action: 'create', path: ['todos', 'milk'], props: { title: 'Inside' } }],
    ['Todos come and go one by one.', { action: 'delete', path: ['todos'] }],
    ['Todos come and go one by one.', { action: 'update', path: ['todos'], props: { bread: 'Bread' } }],
    ['Only the title of a list can be changed.', { action: 'update', props: { todos: {} } }],
    ['A title is a text of at most 200 characters.', { action: 'update', props: { title: 'x'.repeat(201) } }],
    ['A list cannot be taken apart.', { action: 'create', props: { title: 'Bread' } }],
    [
      'A list has a title and todos, nothing else.',
      { action: 'create', path: ['others'], props: {}, parentDefault: {} },
    ],
  ])('refuses what would make something else of a list: %s', async (reason, command) => {
    const list = master()
    const before = list.getSnapshot()
    const { errors } = await list.apply({ from: 1, completions: [{ command, createdId: 'new' }] })
    expect(errors?.map(({ errorMessage }) => errorMessage)).toEqual([reason])
    expect(list.getSnapshot()).toEqual(before)
  })
})
