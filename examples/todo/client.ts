import { type ConnectedProxy, createClient } from 'millrace'
import { indexedDbStorage } from 'millrace/adapters/storage/indexed-db'
import { offline } from 'millrace/offline'
import type { documents, TodoList } from './documents.ts'
import { transport } from './ways.ts'

/** A list of todos, edited here without delay and kept in step with everybody else's. */
export type List = ConnectedProxy<TodoList>

/** The one connection of this page, to the server that it came from; lists are kept in this browser. */
export const client = createClient<typeof documents>({
  transport,
  storage: offline(indexedDbStorage('millrace-lists')),
})
