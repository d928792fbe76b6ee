import { basename } from 'node:path'
import type { Entry } from '../../../lib/contracts/storage.ts'
import { hasCode } from '../../../lib/errors.ts'
import type { Locks } from './locks.ts'
import { Log, type Place, type Write } from './log.ts'
import { type Turn, turns } from './turns.ts'

/** One document, for all who use this storage. */
export interface StoredDocument {
  read(prefix: string): Promise<readonly Entry[]>
  write(write: Write): Promise<boolean>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

type Ask = string | Write

/** Its log, read and written under a lock. Writes that follow each other go to the disk together. */
export function storedDocument(place: Place, locks: Locks, failure: (error: unknown) => unknown): StoredDocument {
  const log = new Log(place)

  /** Whether it was done; if not, those who wait are told why. */
  const isDone = async (waiting: readonly Turn<Ask>[], work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      for (const { reject } of waiting) reject(failure(error))
      return false
    }
  }

  const append = async (writes: readonly Turn<Ask>[]) => {
    const answers = await log.append(writes.map(({ ask }) => ask as Write))
    for (const [index, { resolve }] of writes.entries()) resolve(answers[index])
  }

  const appendAll = async (writes: readonly Turn<Ask>[]) => {
    try {
      return await append(writes)
    } catch (error) {
      if (writes.length === 1 || hasCode(error, 'storage_unknown')) throw error
    }
    // What has no room together may have it one by one.
    for (const write of writes) {
      await isDone([write], async () => {
        await log.refresh()
        await append([write])
      })
    }
  }

  const run = async (all: readonly Turn<Ask>[]) => {
    let waiting = all
    while (waiting.length > 0) {
      const [first] = waiting as [Turn<Ask>]
      const { ask, resolve } = first
      let done: readonly Turn<Ask>[] = [first]
      // What is wrong with the file is told to one.
      if (await isDone(done, () => log.refresh())) {
        if (typeof ask !== 'string') done = writesOf(waiting)
        await isDone(done, async () => (typeof ask === 'string' ? resolve(await log.read(ask)) : appendAll(done)))
      }
      waiting = waiting.slice(done.length)
    }
    await log.tidy()
  }

  const { add, idle } = turns<Ask>(async (all) => {
    await isDone(all, () => locks.alone(basename(place.path), () => run(all)))
  })
  return { read: (prefix) => add(prefix), write: (write) => add(write), idle }
}

/** The writes at the front. */
function writesOf(waiting: readonly Turn<Ask>[]): readonly Turn<Ask>[] {
  const end = waiting.findIndex(({ ask }) => typeof ask === 'string')
  return end < 0 ? waiting : waiting.slice(0, end)
}
