import type { Command, CommandCompletion } from '../../lib/flushout.ts'
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

/** A command that gives a todo another title. */
export const retitled = (title: string): Command => ({ action: 'update', path: ['todos', 'todo-1'], props: { title } })

/** That title. */
export const titleIn = (command: Command | undefined): string =>
  (command as unknown as { props: { title: string } }).props.title
