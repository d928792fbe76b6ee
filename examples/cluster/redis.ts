import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { Redis } from 'ioredis'
import { defer, firstValueFrom, retry } from 'rxjs'

/** A Redis that hosts may share. */
export interface SharedRedis {
  readonly url: string
  /** Ends it in order, if it was started here. */
  close(): Promise<void>
}

/** It ends with whoever started it: what it is told from there has an end then. */
const bound = '"$@" & child=$!; cat; kill $child; wait $child'

/** Starts the Redis of this machine, which keeps each command in a folder. Throws with what to do where it cannot. */
export async function startRedis(port: number, data: string): Promise<SharedRedis> {
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find((path) => existsSync(path))
  if (!program) {
    throw new Error(
      'There is no redis-server on the path: install Redis 6.2 or later (apt-get install redis-server, brew install redis), or give one by --redis redis://localhost:6379.',
    )
  }
  const folder = resolve(data)
  mkdirSync(folder, { recursive: true })
  refuseSecond(folder)
  const args = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    pidfile: pidFile(folder),
    appendonly: 'yes',
    save: '',
    'maxmemory-policy': 'noeviction',
  }
  const all = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value])
  // Out of reach of Ctrl+C, for the hosts end before it.
  const child = spawn('sh', ['-c', bound, 'sh', program, ...all], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let log = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-2_000)
  })
  const exit = once(child, 'exit')
  const url = `redis://127.0.0.1:${port}`
  const close = async () => {
    child.stdin.end()
    await exit
  }
  const failed = exit.then(() => {
    throw new Error(`Redis did not start on port ${port}:\n${log}`)
  })
  try {
    await Promise.race([answers(url, 50), failed])
    failed.catch(() => undefined)
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A Redis that runs already. Rejects where it does not answer. */
export async function reachRedis(url: string): Promise<SharedRedis> {
  await answers(url)
  return { url, close: async () => undefined }
}

/** Resolves when a Redis answers. Rejects where it does not, asked again so many times. */
function answers(url: string, again = 0): Promise<void> {
  return firstValueFrom(defer(() => ping(url)).pipe(retry({ count: again, delay: 100 })))
}

async function ping(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 3_000, retryStrategy: null })
  let why = 'no answer'
  redis.on('error', ({ message }: Error) => {
    why = message
  })
  try {
    await redis.connect()
  } catch (error) {
    throw new Error(`Redis at ${new URL(url).host} cannot be reached: ${why}.`, { cause: error })
  } finally {
    redis.disconnect()
  }
}

const pidFile = (folder: string): string => join(folder, 'redis.pid')

/** Two that write to one file would each ruin what the other wrote. */
function refuseSecond(folder: string): void {
  if (!existsSync(pidFile(folder))) return
  const pid = Number(readFileSync(pidFile(folder), 'utf8'))
  if (!runs(pid)) return
  throw new Error(`Redis runs on ${folder} already (process ${pid}). Stop that, or choose another folder by --data.`)
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
