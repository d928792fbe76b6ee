import { type Command, type CommandInterception, document } from 'millrace'

export interface Todo {
  title: string
  done?: boolean
  /** Milliseconds since 1970, stamped by the server: there once it has the todo. */
  createdAt?: number
}

export interface TodoList {
  title: string
  todos: Record<string, Todo>
}

const mostTodos = 50
const longestTitle = 200

/** What the server serves, and what it lets pass. The page needs the type alone. */
export const documents = {
  list: document<TodoList>({ initial: { title: '', todos: {} }, interceptor: stampAndLimit }),
}

type Verdict = CommandInterception | undefined

/** Stamps new todos, and refuses whatever would make something else of a list. */
function stampAndLimit(list: TodoList, command: Command): Verdict {
  const [place, , ...deeper] = command.path ?? []
  if (place === undefined) return judgeList(command)
  if (place !== 'todos' || deeper.length > 0) return { rejection: 'A list has a title and todos, nothing else.' }
  return command.path?.length === 1 ? judgeTodos(list, command) : judgeTodo(command)
}

function judgeList(command: Command): Verdict {
  if (command.action !== 'update' || command.unset) return { rejection: 'A list cannot be taken apart.' }
  const { title, ...others } = command.props ?? {}
  if (Object.keys(others).length > 0) return { rejection: 'Only the title of a list can be changed.' }
  return isText(title) ? undefined : { rejection: `A title is a text of at most ${longestTitle} characters.` }
}

function judgeTodos(list: TodoList, command: Command): Verdict {
  if (command.action !== 'create') return { rejection: 'Todos come and go one by one.' }
  if (Object.keys(list.todos).length >= mostTodos)
    return { rejection: `A list takes ${mostTodos} todos. Delete one first.` }
  const { title, done = false, createdAt: _, ...others } = command.props ?? {}
  return judgeProps({ title, done, ...others }) ?? { newProps: { title, done, createdAt: Date.now() } }
}

function judgeTodo(command: Command): Verdict {
  if (command.action === 'create' || (command.action === 'update' && command.unset)) {
    return { rejection: 'A todo cannot be taken apart.' }
  }
  return command.action === 'update' ? judgeProps({ title: 'unchanged', ...command.props }) : undefined
}

function judgeProps({ title, done, ...others }: Record<string, unknown>): Verdict {
  if (!isText(title) || title.trim() === '') {
    return { rejection: `A todo has a title of 1 to ${longestTitle} characters.` }
  }
  if (done !== undefined && typeof done !== 'boolean') return { rejection: 'A todo is done or it is not.' }
  const [other] = Object.keys(others)
  return other === undefined ? undefined : { rejection: `'${other}' of a todo cannot be set.` }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= longestTitle
