import { randomUUID } from 'node:crypto'
import type { Contender, Editor, Pair, Served } from '../support/contender.ts'
import { Log } from '../support/log.ts'
import { type Next, store } from '../support/store.ts'
import type { Change, Todo, TodoList } from '../support/todos.ts'

/** Plain objects, written by hand for just this: the limit. */
export const contender: Contender = {
  edit,
  observe: (list) => store(next, list),
  pair,
  serve,
  hold: (list) => list,
}

function edit(list: TodoList): Editor {
  const { todos } = list
  return {
    create(todo) {
      const id = randomUUID()
      todos[id] = { ...todo }
      return id
    },
    update: (id, changes) => void Object.assign(todos[id] as Todo, changes),
    delete: (id) => void delete todos[id],
    document: () => list,
  }
}

/** Copied on write, by spread. */
const next: Next = (list, changes) => {
  const todos = { ...list.todos }
  for (const { id, changes: props } of changes) todos[id] = { ...(todos[id] as Todo), ...props }
  return { ...list, todos }
}

const put = ({ todos }: TodoList, { id, changes }: Change) => Object.assign(todos[id] as Todo, changes)

/** The server keeps what came, so that it can tell what a client has not heard. */
function pair(list: TodoList): Pair {
  const server = structuredClone(list)
  const log = new Log<Change>()
  let heard = 0
  let pending: Change[] = []
  const before: Todo[] = []
  const take = (changes: readonly Change[]) => {
    for (const change of changes) put(server, change)
    log.add(changes)
  }
  return {
    update(change) {
      pending.push(change)
      before.push({ ...(list.todos[change.id] as Todo) })
      put(list, change)
    },
    arrive: take,
    sync() {
      const { from, changes } = JSON.parse(JSON.stringify({ from: heard, changes: pending }))
      const missed = log.between(from)
      take(changes)
      const answer: Change[] = JSON.parse(JSON.stringify(missed))
      if (answer.length > 0) {
        for (let i = pending.length - 1; i >= 0; i--) list.todos[(pending[i] as Change).id] = before[i] as Todo
        for (const change of [...answer, ...pending]) put(list, change)
      }
      heard += answer.length + pending.length
      pending = []
      before.length = 0
    },
    documents: () => [list, server],
  }
}

function serve(list: TodoList): Served {
  const log = new Log<Change>()
  return {
    flushOf: (from, changes) => JSON.stringify({ from, changes }),
    async take(flush) {
      const { from, changes }: { from: number; changes: Change[] } = JSON.parse(flush)
      const missed = log.between(from)
      for (const change of changes) put(list, change)
      log.add(changes)
      return {
        answer: JSON.stringify({ missed }),
        news: JSON.stringify({ from: log.count - changes.length, changes }),
      }
    },
    document: () => list,
  }
}
