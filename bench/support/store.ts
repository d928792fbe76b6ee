import type { Observed } from './contender.ts'
import type { Change, Todo, TodoList } from './todos.ts'

/** Makes the next state. The last one stays as it is. */
export type Next = (list: TodoList, changes: readonly Change[]) => TodoList

/** A store of immutable states: it tells all observers of each, and these compare what they look at. */
export function store(next: Next, initial: TodoList): Observed {
  let list = initial
  let waiting: Change[] | undefined
  const observers: (() => void)[] = []
  const change = (changes: readonly Change[]) => {
    list = next(list, changes)
    for (const observer of observers) observer()
  }
  const watch = <V>(read: () => V, isSame: (a: V, b: V) => boolean, told: (value: V) => void) => {
    let last = read()
    observers.push(() => {
      const value = read()
      if (!isSame(value, last)) told(value)
      last = value
    })
  }
  return {
    update(id, changes) {
      if (waiting) waiting.push({ id, changes })
      else change([{ id, changes }])
    },
    batch(fn) {
      waiting = []
      fn()
      const changes = waiting
      waiting = undefined
      change(changes)
    },
    watch: (told) => watch(() => list, Object.is, told),
    watchTodo: (id, told) => watch(() => list.todos[id] as Todo, Object.is, told),
    watchIds: (told) => watch(() => Object.keys(list.todos), sameIds, told),
    document: () => list,
  }
}

const sameIds = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((id, i) => id === b[i])
