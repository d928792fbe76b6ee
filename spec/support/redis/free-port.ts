import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that systems give to whoever connects: nobody takes one while its server is down. */
const [first, last] = [10_000, 32_767]

/** A port of this machine that nobody listens to, and that stays free until somebody asks for this very one. */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * (last - first + 1))
  return (await isFree(port)) ? port : freePort()
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
