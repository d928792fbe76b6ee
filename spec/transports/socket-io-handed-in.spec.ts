import { describe, it } from '@jest/globals'
import { io } from 'socket.io-client'
import { transportSuite } from '../../lib/testing/transport-suite.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { capabilities, overABadLine } from '../support/bad-line.ts'

transportSuite(
  'socketIoTransport and serveSocketIo, with a Socket that was handed in',
  overABadLine((url, connectTimeout) => {
    const socket = io(url, { autoConnect: false, forceNew: true, transports: ['websocket'] })
    return socketIoTransport(socket, { connectTimeout })
  }),
  { describe, it },
  { ...capabilities, oneAtATime: true },
)
