import { describe, it } from '@jest/globals'
import { type TransportFactory, transportSuite } from '../../lib/testing/transport-suite.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpHandler, httpListener } from '../../transports/http/server.ts'
import { httpHost } from '../support/http-host.ts'
import { lasting } from '../support/lasting.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

/** A silent line is noticed after both: soon enough to see it within a test. */
const short = { pollTime: 300, answerTime: 700 }

const overABadLine: TransportFactory = async (source, way) => {
  const { pollTime, answerTime } = way === 'silence' ? short : { pollTime: 30_000, answerTime: 10_000 }
  const joined = lasting(source)
  const host = await httpHost(httpListener(joined.source, { pollTime }))
  // Else another client comes by a connection that went silent, for Node's fetch keeps them.
  if (way === 'silence') host.http.maxRequestsPerSocket = 1
  const [line, mute] = [await tcpProxy(host.port), await tcpProxy(host.port)]
  mute.pause('to server')
  const breaks: Record<string, () => void> = { cut: line.cut, reset: line.reset, silence: line.silence }
  const url = (port: number) => `http://127.0.0.1:${port}/millrace`
  return {
    connect: () => joined.introduced(httpTransport(url(line.port), { answerTime })),
    unanswered: () => httpTransport(url(mute.port), { answerTime: 200 }),
    break: (way) => breaks[way]?.(),
    held: () => [...process.getActiveResourcesInfo(), `${host.http.listenerCount('request')} listeners`],
    async close() {
      await Promise.all([line.close(), mute.close()])
      await host.close()
    },
  }
}

transportSuite(
  'httpTransport and httpListener, over a bad line',
  overABadLine,
  { describe, it },
  { encodesOnce: true, held: true, unanswered: true, breaks: ['cut', 'reset', 'silence'], patience: 10_000 },
)

const overNoLine: TransportFactory = (source) => {
  const joined = lasting(source)
  const handle = httpHandler(joined.source)
  const send: typeof fetch = (_, init) => handle(new Request('http://host/millrace', init))
  return {
    connect: () => joined.introduced(httpTransport('http://host/millrace', { fetch: send })),
    held: () => process.getActiveResourcesInfo(),
    close: () => {},
  }
}

transportSuite(
  'httpTransport and httpHandler, with no line between',
  overNoLine,
  { describe, it },
  { encodesOnce: true, held: true },
)
