import { Hocuspocus } from '@hocuspocus/server'
import { WebSocketServer } from 'ws'
import type { ServeBroadcast } from '../../support/broadcast.ts'

export const serve: ServeBroadcast = async (server) => {
  const hocuspocus = new Hocuspocus({ quiet: true })
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket, request) =>
    hocuspocus.handleConnection(socket as never, request),
  )
  const direct = await hocuspocus.openDirectConnection('shopping')
  const list = direct.document?.getMap('list')
  return (title) => void list?.set('title', title)
}
