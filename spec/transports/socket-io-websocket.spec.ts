import { describe, it } from '@jest/globals'
import { transportSuite } from '../../lib/testing/transport-suite.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { capabilities, overABadLine } from '../support/bad-line.ts'

transportSuite(
  'socketIoTransport and serveSocketIo, over WebSockets',
  overABadLine((url, connectTimeout) => socketIoTransport(url, { connectTimeout })),
  { describe, it },
  capabilities,
)
