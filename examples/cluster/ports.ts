import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that systems give to whoever connects: nobody takes one while its host is down. */
const [lowest, highest] = [10_000, 32_000]

/** The first of so many ports in a row that nobody listens to. */
export async function freePorts(count: number): Promise<number> {
  const first = lowest + Math.floor(Math.random() * (highest - lowest))
  for (let port = first; port < first + count; port++) if (!(await isFree(port))) return freePorts(count)
  return first
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port)
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
