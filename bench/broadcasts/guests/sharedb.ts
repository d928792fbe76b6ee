import { Duplex } from 'node:stream'
import ShareDB from 'sharedb'
import { type WebSocket, WebSocketServer } from 'ws'
import { initialList, type ServeBroadcast } from '../../support/broadcast.ts'

export const serve: ServeBroadcast = async (server) => {
  const backend = new ShareDB()
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) =>
    backend.listen(streamOf(socket)),
  )
  const doc = backend.connect().get('lists', 'shopping')
  doc.preventCompose = true
  await new Promise<void>((resolve, reject) =>
    doc.create(initialList, (error?: unknown) => (error ? reject(error) : resolve())),
  )
  return (title) => doc.submitOp([{ p: ['title'], od: doc.data.title, oi: title }])
}

/** As ShareDB wants a socket: a stream of objects. */
function streamOf(socket: WebSocket): Duplex {
  const stream = new Duplex({
    objectMode: true,
    read: () => undefined,
    write(message, _, done) {
      socket.send(JSON.stringify(message))
      done()
    },
  })
  socket.on('message', (data) => stream.push(JSON.parse(String(data))))
  socket.on('close', () => stream.push(null))
  return stream
}
