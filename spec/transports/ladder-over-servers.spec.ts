import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { type Client, createClient } from '../../lib/client/client.ts'
import { createHost, type Host } from '../../lib/host/host.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { ladder } from '../../transports/ladder/index.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { type HttpHost, httpHost } from '../support/http-host.ts'
import { add, type Lists, list, shopping, titlesOf } from '../support/scene.ts'
import { type SocketIoHost, socketIoHost } from '../support/socket-io-fixture.ts'
import { type TcpProxy, tcpProxy } from '../support/tcp-proxy.ts'

let host: Host<Lists>
let sockets: SocketIoHost
let requests: HttpHost
let way: TcpProxy
let client: Client<Lists>

beforeEach(async () => {
  host = createHost({ documents: { list }, history: memoryHistory() })
  sockets = await socketIoHost(host)
  requests = await httpHost(httpListener(host))
  way = await tcpProxy(sockets.port)
  const transport = ladder(
    [socketIoTransport(`http://127.0.0.1:${way.port}`, { transports: ['websocket'] }), httpTransport(requests.url)],
    { patience: 1_000, climbAfter: 300 },
  )
  client = createClient<Lists>({ transport })
})
afterEach(async () => {
  client.close()
  await way.close()
  await sockets.close()
  await host.close()
  await requests.close()
})

const standsAt = (rung: number) =>
  firstValueFrom(client.status$.pipe(filter((status) => status.state === 'live' && status.via?.rung === rung)))

it('A client whose WebSocket goes silent steps down to polling, and climbs when it carries again, without loss', async () => {
  const here = client.open(shopping)
  await here.loaded
  await standsAt(0)
  add(here, 'coffee')
  way.pause('to server')
  add(here, 'tea')
  way.cut()
  await standsAt(1)
  const milk = add(here, 'milk')
  expect(await milk.settled).toMatchObject({ type: 'confirmed' })
  add(here, 'bread')
  way.resume('to server')
  await standsAt(0)
  add(here, 'salt')
  await here.flush()
  const master = await host.open(shopping)
  const titles = Object.values(master.getSnapshot().document.todos).map(({ title }) => title)
  master.close()
  expect(titles).toEqual(['coffee', 'tea', 'milk', 'bread', 'salt'])
  expect(titlesOf(here)).toEqual(titles)
})
