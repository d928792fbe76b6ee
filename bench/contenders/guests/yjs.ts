import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import type { Contender, Editor, Observed, Pair } from '../../support/contender.ts'
import type { Change, Todo, TodoList } from '../../support/todos.ts'

/** A map of maps, as its guide has it. */
export const contender: Contender = { edit, observe, pair, hold: replicaOf }

type Todos = Y.Map<Y.Map<unknown>>

const todosOf = (doc: Y.Doc): Todos => doc.getMap('todos')
const plainOf = (doc: Y.Doc, title: string): TodoList => ({ title, todos: todosOf(doc).toJSON() as TodoList['todos'] })

/** All properties of a todo in one transaction, as they are one command. */
function put(doc: Y.Doc, id: string, changes: Change['changes'], origin?: string): void {
  doc.transact(() => {
    const todo = todosOf(doc).get(id) as Y.Map<unknown>
    for (const [key, value] of Object.entries(changes)) todo.set(key, value)
  }, origin)
}

function replicaOf(list: TodoList): Y.Doc {
  const doc = new Y.Doc()
  const todos = todosOf(doc)
  doc.transact(() => {
    for (const [id, todo] of Object.entries(list.todos)) todos.set(id, new Y.Map(Object.entries(todo)))
  })
  return doc
}

function edit(list: TodoList): Editor {
  const doc = replicaOf(list)
  const todos = todosOf(doc)
  return {
    create(todo) {
      const id = randomUUID()
      todos.set(id, new Y.Map(Object.entries(todo)))
      return id
    },
    update: (id, changes) => put(doc, id, changes),
    delete: (id) => todos.delete(id),
    document: () => plainOf(doc, list.title),
  }
}

/** Its own types cannot be kept as they are: who wants plain objects makes them. */
function observe(list: TodoList): Observed {
  const doc = replicaOf(list)
  const todos = todosOf(doc)
  return {
    update: (id, changes) => put(doc, id, changes),
    batch: (fn) => doc.transact(fn),
    watch: (told) => todos.observeDeep(() => told(plainOf(doc, list.title))),
    watchTodo(id, told) {
      const todo = todos.get(id) as Y.Map<unknown>
      todo.observe(() => told(todo.toJSON() as Todo))
    },
    watchIds: (told) =>
      todos.observe(({ changes }) => {
        const isMoved = [...changes.keys.values()].some(({ action }) => action !== 'update')
        if (isMoved) told([...todos.keys()])
      }),
    document: () => plainOf(doc, list.title),
  }
}

/** Updates as they come, in base64, and those that the server has beside. */
function pair(list: TodoList): Pair {
  const client = replicaOf(list)
  const server = new Y.Doc()
  Y.applyUpdate(server, Y.encodeStateAsUpdate(client))
  const pending: Uint8Array[] = []
  const missed: Uint8Array[] = []
  client.on('update', (update: Uint8Array, origin: unknown) => void (origin === 'wire' || pending.push(update)))
  server.on('update', (update: Uint8Array, origin: unknown) => void (origin === 'wire' || missed.push(update)))
  return {
    update: ({ id, changes }) => put(client, id, changes),
    arrive(changes) {
      for (const { id, changes: props } of changes) put(server, id, props)
    },
    sync() {
      carry(pending, server)
      carry(missed, client)
    },
    documents: () => [plainOf(client, list.title), plainOf(server, list.title)],
  }
}

/** Brings updates over a line of text, all in one. */
function carry(updates: Uint8Array[], doc: Y.Doc): void {
  if (updates.length === 0) return
  const text = Buffer.from(Y.mergeUpdates(updates)).toString('base64')
  updates.length = 0
  Y.applyUpdate(doc, Buffer.from(text, 'base64'), 'wire')
}
