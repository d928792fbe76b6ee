import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { redisHistory } from 'millrace/adapters/history/redis'
import { closeOnSignal, fail } from '../serve/ending.ts'
import { serve } from '../serve/server.ts'

// Beside this program, once it is built.
const pages = fileURLToPath(new URL('../pages', import.meta.url))

/** One host of the cluster: the todo page, and its lists from a Redis that the others use, too. */
async function main(): Promise<void> {
  const { port, redis } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      redis: { type: 'string', default: 'redis://localhost:6379' },
    },
  }).values
  // It is copied, and never connects itself.
  const history = redisHistory(new Redis(redis, { lazyConnect: true }))
  const serving = await serve({
    port: Number(port),
    pages,
    // Requests of one page may go to any host, so it must not poll by socket.io.
    transport: 'ladder',
    history: () => history,
    health: () => ({ isWell: history.state.type === 'ready', redis: history.state }),
  }).catch(async (error: unknown) => {
    await history.close()
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? new Error(`Port ${port} is in use.`) : error
  })
  closeOnSignal(serving)
  // Without whoever started it, nobody would end it. The channel to there is no reason to go on.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.channel?.unref()
}

main().catch(fail)
