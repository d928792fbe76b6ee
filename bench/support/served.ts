import type { CommandCompletion } from '../../lib/flushout.ts'
import { document } from '../../lib/index.ts'

const todos = 100

/** A list of a hundred todos. */
export const initial = {
  todos: Object.fromEntries(
    Array.from({ length: todos }, (_, rank) => [`todo-${rank}`, { title: `todo ${rank}`, done: false }]),
  ),
}

export const documents = { list: document({ initial }) }

/** Commands that each change another one. */
export const changes = (count: number, from = 0): CommandCompletion[] =>
  Array.from({ length: count }, (_, i) => ({
    command: {
      action: 'update',
      path: ['todos', `todo-${(from + i) % todos}`],
      props: { title: `something to do, number ${from + i}`, done: i % 2 === 0 },
    },
  }))
