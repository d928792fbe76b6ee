import { unlinkSync } from 'node:fs'
import { readdir, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { failed, orMissing } from './failures.ts'
import { isRunning, thisProcess } from './processes.ts'

/** Who may do what among the processes of this machine that share a folder. */
export interface Locks {
  /** Runs `work` while nobody else works under this name, here or in another process. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Takes a name unless somebody who runs has it. */
  take(name: string): Promise<(() => void) | undefined>
}

const patience = 20_000
const longestPause = 4

/**
 * Each lock is an empty file of its own name: what it locks, a random part, and the process. So nobody ever takes away
 * a file that may be in use: it is its owner's, or its owner is dead.
 */
export function locksIn(folder: string, nextName: () => string): Locks {
  const me = thisProcess()

  const announce = async (name: string): Promise<string> => {
    const file = [name, nextName().slice(0, 12), me].join('~')
    await writeFile(join(folder, file), '', { flag: 'wx' })
    return file
  }

  const withdraw = (file: string) => unlink(join(folder, file)).catch(orMissing(undefined))

  const othersThan = async (file: string): Promise<readonly string[]> => {
    const name = file.slice(0, file.indexOf('~') + 1)
    const others = (await readdir(folder)).filter((other) => other.startsWith(name) && other !== file)
    const dead = others.filter((other) => !isRunning(ownerOf(other)))
    await Promise.all(dead.map(withdraw))
    return others.filter((other) => !dead.includes(other))
  }

  /**
   * Announces itself, then looks: of two who want to be alone, at least the later one sees the other. The first by its
   * random name stays and looks again, whoever sees such a one withdraws and begins anew.
   */
  const enter = async (name: string): Promise<string> => {
    const end = performance.now() + patience
    let file = await announce(name)
    try {
      for (;;) {
        const others = await othersThan(file)
        if (others.length === 0) return file
        if (performance.now() > end)
          throw failed(folder, `process ${others.map(ownerOf)[0]?.split('~')[0]} is in the way.`)
        const isFirst = others.every((other) => file < other)
        if (!isFirst) await withdraw(file)
        await delay(1 + Math.random() * longestPause)
        if (!isFirst) file = await announce(name)
      }
    } catch (error) {
      await withdraw(file)
      throw error
    }
  }

  const alone: Locks['alone'] = async (name, work) => {
    const file = await enter(name)
    try {
      return await work()
    } finally {
      await withdraw(file)
    }
  }

  return {
    alone,
    take: (name) =>
      alone(`asking-${name}`, async () => {
        const file = await announce(`holding-${name}`)
        if ((await othersThan(file)).length === 0) return () => letGo(join(folder, file))
        await withdraw(file)
        return undefined
      }),
  }
}

const ownerOf = (file: string): string => file.split('~').slice(2).join('~')

function letGo(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    orMissing(undefined)(error)
  }
}
