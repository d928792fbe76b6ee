import { Server } from 'socket.io'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { document } from '../../lib/index.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { initialList, listId, type ServeBroadcast } from '../support/broadcast.ts'
import { socketIoOptions } from '../support/socket-io.ts'

/** A host with a document, which server code changes. */
export const serve: ServeBroadcast = async (http) => {
  const documents = { list: document({ initial: initialList }) }
  const host = createHost({ documents, history: memoryHistory() })
  serveSocketIo(new Server(http, socketIoOptions), host)
  const master = await host.open(listId)
  let from = 0
  return (title) => {
    void master.apply({ from, completions: [{ command: { action: 'update', path: [], props: { title } } }] })
    from += 1
  }
}
