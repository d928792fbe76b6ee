import { type ConnectedProxy, createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import type { documents, TodoList } from './documents.ts'

/** A list of todos, edited here without delay and kept in step with everybody else's. */
export type List = ConnectedProxy<TodoList>

/** The one connection of this page, to the server that it came from. */
export const client = createClient<typeof documents>({ transport: socketIoTransport(location.origin) })
