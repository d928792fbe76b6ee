import { Redis } from 'ioredis'
import { map } from 'rxjs'
import { Server } from 'socket.io'
import { redisHistory } from '../../adapters/history/redis/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { createClient } from '../../lib/index.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { hopId, type ReachHop, type ServeHop } from '../support/hop.ts'
import { documents, retitled, titleIn } from '../support/served.ts'
import { socketIoOptions } from '../support/socket-io.ts'

export const serve: ServeHop = (http, redis) => {
  const host = createHost({ documents, history: redisHistory(new Redis(redis)) })
  serveSocketIo(new Server(http, socketIoOptions), host)
}

/** From `apply` at one client to `commands$` of another. */
export const reach: ReachHop = async (url) => {
  const transport = socketIoTransport(url, { transports: ['websocket'] })
  const list = createClient<typeof documents>({ transport }).open(hopId)
  await list.loaded
  return {
    say: (title) => list.apply(retitled(title)),
    heard$: list.commands$.pipe(map(({ command }) => titleIn(command))),
  }
}
