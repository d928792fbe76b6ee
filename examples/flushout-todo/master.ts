import { type Command, type CommandCompletion, type CommandInterception, Master, type Snapshot } from 'millrace'

export interface Todo {
  title: string
  done?: boolean
}

export interface TodoList {
  todos: Record<string, Todo>
}

const mostTodos = 6

/** Where master and proxies begin: two commands made it. */
export const beginning: Snapshot<TodoList> = {
  commandCount: 2,
  document: { todos: { 1: { title: 'Bread' }, 2: { title: 'Milk' } } },
}

/** Every command that the master took since, in order. */
export const history: CommandCompletion[] = []

/** Whether proxies are sent the commands that they lack; else they are sent the whole document. */
export const memory = { isKept: true }

export const master = new Master<TodoList>(beginning, {
  interceptor: judge,
  historyProvider: async (from, to) => (memory.isKept ? since(from, to) : undefined),
  sequentialIds: true,
})

master.commands$.subscribe(({ command, createdId }) => {
  history.push(createdId === undefined ? { command } : { command, createdId })
})

const since = (from: number, to: number) => history.slice(from - beginning.commandCount, to - beginning.commandCount)

/** Rejects what does not fit on the list, and has titles begin with a capital. */
function judge(list: TodoList, command: Command): CommandInterception | undefined {
  if (command.action === 'delete') return undefined
  if (command.action === 'create' && Object.keys(list.todos).length >= mostTodos) {
    return { rejection: `This list takes ${mostTodos} todos.` }
  }
  const { title } = command.props ?? {}
  if (typeof title !== 'string' || title === capitalised(title)) return undefined
  return { newProps: { ...command.props, title: capitalised(title) } }
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
