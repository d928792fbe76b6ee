export interface Todo {
  title: string
  done: boolean
  rank: number
}

export interface TodoList {
  title: string
  todos: Record<string, Todo>
}

/** Something that happens to a todo. */
export interface Change {
  readonly id: string
  readonly changes: { readonly done: boolean; readonly rank: number }
}

export const todoOf = (rank: number): Todo => ({ title: `something to do, number ${rank}`, done: false, rank })

export const idOf = (rank: number): string => `todo-${rank}`

/** A list of so many todos. */
export const listOf = (size: number): TodoList => ({
  title: 'shopping',
  todos: Object.fromEntries(Array.from({ length: size }, (_, rank) => [idOf(rank), todoOf(rank)])),
})

/** The change with this number, to one of so many todos: the same for all contenders, and never to what was there. */
export const changeOf = (number: number, size: number): Change => ({
  id: idOf((number * 7919) % size),
  changes: { done: number % 2 === 0, rank: -1 - number },
})

export const changesOf = (from: number, count: number, size: number): Change[] =>
  Array.from({ length: count }, (_, i) => changeOf(from + i, size))

/** What a list of so many todos is after these changes: what each contender has to come to. */
export function changed(size: number, changes: Iterable<Change>): TodoList {
  const list = listOf(size)
  for (const { id, changes: props } of changes) Object.assign(list.todos[id] as Todo, props)
  return list
}
