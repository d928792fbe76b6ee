import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes that this process holds after a collection, buffers outside of the heap included. */
export function bytesHeld(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The least of several looks, a turn apart: buffers outside of the heap are freed some time after their collection. */
export async function bytesKept(): Promise<number> {
  let least = bytesHeld()
  for (let look = 0; look < 5; look++) {
    await new Promise((resolve) => setImmediate(resolve))
    least = Math.min(least, bytesHeld())
  }
  return least
}
