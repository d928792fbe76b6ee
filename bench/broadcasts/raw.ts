import { Server } from 'socket.io'
import { realEnvironment } from '../../lib/environment.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import type { Commands } from '../../lib/protocol/messages.ts'
import { initialList, listId, type ServeBroadcast } from '../support/broadcast.ts'
import { socketIoOptions } from '../support/socket-io.ts'

/** The messages that Millrace sends, to a room of socket.io, with nothing behind them. */
export const serve: ServeBroadcast = async (http) => {
  const io = new Server(http, socketIoOptions)
  io.on('connection', (socket) => void socket.join(listId))
  const name = () => realEnvironment.id()
  const client = `host-${name()}-${name()}`
  let follows = initialMark(initialList)
  let from = 0
  return (title) => {
    const message: Commands = {
      type: 'commands',
      document: listId,
      from,
      follows,
      mark: name(),
      at: Date.now(),
      client,
      after: from,
      last: from + 1,
      completions: [{ command: { action: 'update', path: [], props: { title } } }],
    }
    io.to(listId).emit('m', message)
    follows = message.mark
    from += 1
  }
}
