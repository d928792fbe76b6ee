import { randomUUID } from 'node:crypto'
import ShareDB from 'sharedb'
import { Connection, type Doc } from 'sharedb/lib/client/index.js'
import type { Contender, Editor, Pair } from '../../support/contender.ts'
import type { Change, TodoList } from '../../support/todos.ts'

/** With json0, its own type, and its own memory store. */
export const contender: Contender = { edit, pair }

const asked = (ask: (told: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => ask((error) => (error ? reject(error) : resolve())))

async function openedBy(connection: Connection): Promise<Doc> {
  const doc = connection.get('lists', 'shopping')
  doc.preventCompose = true
  await asked((told) => doc.fetch(told))
  return doc
}

const put = (doc: Doc, { id, changes }: Change) =>
  doc.submitOp(
    Object.entries(changes).map(([key, value]) => ({
      p: ['todos', id, key],
      od: doc.data.todos[id]?.[key as 'done'],
      oi: value,
    })),
  )

/** A document that is not connected, so that operations only wait. */
function edit(list: TodoList): Editor {
  const line = new Connection({ readyState: 0, close: () => undefined, send: () => undefined } as never)
  const doc = line.get('lists', 'shopping')
  doc.preventCompose = true
  doc.ingestSnapshot({ v: 1, type: 'json0', data: list }, () => undefined)
  return {
    create(todo) {
      const id = randomUUID()
      doc.submitOp([{ p: ['todos', id], oi: todo }])
      return id
    },
    update: (id, changes) => put(doc, { id, changes }),
    delete: (id) => doc.submitOp([{ p: ['todos', id], od: doc.data.todos[id] }]),
    document: () => doc.data,
  }
}

async function pair(list: TodoList): Promise<Pair> {
  const backend = new ShareDB({ presence: false, doNotForwardSendPresenceErrorsToClient: true })
  const first: Doc = backend.connect().get('lists', 'shopping')
  await asked((told) => first.create(list, told))
  const client = await openedBy(backend.connect())
  const other = await openedBy(backend.connect())
  const settled = (doc: Doc) => new Promise<void>((resolve) => doc.whenNothingPending(resolve))
  return {
    update: (change) => put(client, change),
    async arrive(changes) {
      for (const change of changes) put(other, change)
      await settled(other)
    },
    async sync() {
      await settled(client)
    },
    async documents() {
      await asked((told) => other.fetch(told))
      return [client.data, other.data]
    },
  }
}
