import type { Contender, Editor } from '../../support/contender.ts'
import { type Next, store } from '../../support/store.ts'
import type { Todo, TodoList } from '../../support/todos.ts'

/** Makes the next state by a recipe that seems to change the last one. */
export type Produce = (list: TodoList, recipe: (draft: TodoList) => void) => TodoList

/** Whoever makes immutable states takes part like this. */
export const immutable = (produce: Produce): Contender => ({
  edit(initial): Editor {
    let list = initial
    let ids = 0
    const change = (recipe: (draft: TodoList) => void) => {
      list = produce(list, recipe)
    }
    return {
      create(todo) {
        const id = `${++ids}`.padStart(36, '-')
        change(({ todos }) => {
          todos[id] = { ...todo }
        })
        return id
      },
      update: (id, changes) => change(({ todos }) => void Object.assign(todos[id] as Todo, changes)),
      delete: (id) => change(({ todos }) => void delete todos[id]),
      document: () => list,
    }
  },

  observe(initial) {
    const next: Next = (list, changes) =>
      produce(list, ({ todos }) => {
        for (const { id, changes: props } of changes) Object.assign(todos[id] as Todo, props)
      })
    return store(next, initial)
  },
})
