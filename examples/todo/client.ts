import { type ConnectedProxy, createClient } from 'millrace'
import { indexedDbStorage } from 'millrace/adapters/storage/indexed-db'
import { offline } from 'millrace/offline'
import { place } from './chosen-way.ts'
import type { documents, TodoList } from './documents.ts'
import { transport } from './ways.ts'

/** A list of todos, edited here without delay and kept in step with everybody else's. */
export type List = ConnectedProxy<TodoList>

/** The one connection of this page. Lists of the server that it came from are kept in this browser, too. */
export const client = createClient<typeof documents>({
  transport,
  ...(place === 'server' && { storage: offline(indexedDbStorage('millrace-lists')) }),
})
