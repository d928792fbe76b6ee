import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { within } from './within.ts'

/** A file system of its own, in memory, that can be full. */
export interface Disk {
  readonly folder: string
  /** Takes all the room that is left. */
  fill(): Promise<void>
  /** Gives it back. */
  free(): Promise<void>
  remove(): Promise<void>
}

const place = '/mnt'
/** Whoever may not mount may in a world of their own. */
const apart = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user']

/** Mounts one, where only its holder and who asks the holder sees it: it goes with this process, however that ends. */
export async function smallDisk(megabytes: number): Promise<Disk> {
  const mount = `mount -t tmpfs -o size=${megabytes}m millrace ${place} && echo mounted && exec cat`
  const holder = spawn('unshare', [...apart, 'sh', '-c', mount], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(holder, 'exit')
  const failed = ended.then(() => {
    throw new Error('This needs a Linux on which one may mount a tmpfs (unshare --mount).')
  })
  failed.catch(() => undefined)
  await within('a disk', Promise.race([once(holder.stdout, 'data'), failed]))
  const folder = `/proc/${holder.pid}/root${place}`
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: () => writeUntilFull(ballast),
    free: () => rm(ballast),
    async remove() {
      holder.stdin.end()
      await ended
    },
  }
}

async function writeUntilFull(path: string): Promise<void> {
  const file = await open(path, 'w')
  const block = Buffer.alloc(64 * 1024)
  try {
    for (;;) await file.write(block)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await file.close()
  }
}
