import { rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Entry } from '../../../lib/contracts/storage.ts'
import { Catalog } from './catalog.ts'
import { orMissing } from './failures.ts'
import { ifThere, syncFolder, withFile } from './folders.ts'
import { writeAt } from './lines.ts'
import { entriesOf, record } from './records.ts'

/** A file that was made anew. */
export interface Rewritten {
  readonly catalog: Catalog
  readonly end: number
}

/**
 * Replaces a file by one that holds what is kept and nothing else, a line for each key. It is complete and on disk before
 * it takes the other's name; until then nothing has changed. `undefined` where what is kept cannot be read.
 */
export async function rewrite(path: string, catalog: Catalog, header: Buffer): Promise<Rewritten | undefined> {
  const next = `${path}.new`
  try {
    const rewritten = await copy(path, next, catalog, header)
    if (!rewritten) await unlink(next)
    if (!rewritten) return undefined
    await rename(next, path)
    await syncFolder(dirname(path))
    return rewritten
  } catch (error) {
    await unlink(next).catch(orMissing(undefined))
    throw error
  }
}

const copy = (path: string, next: string, catalog: Catalog, header: Buffer): Promise<Rewritten | undefined> =>
  ifThere(path, (from) =>
    withFile(next, 'w', async (to) => {
      const copied = new Catalog()
      let end = header.length
      await writeAt(to, 0, header)
      for await (const entries of entriesOf(from, catalog, '')) {
        if (entries === 'damaged') return undefined
        const lines = entries.map((entry) => record([entry]))
        await writeAt(to, end, Buffer.concat(lines))
        end = takeIn(copied, entries, lines, end)
      }
      await to.sync()
      return { catalog: copied, end }
    }),
  )

function takeIn(catalog: Catalog, entries: readonly Entry[], lines: readonly Buffer[], begin: number): number {
  let at = begin
  for (const [index, entry] of entries.entries()) {
    const bytes = (lines[index] as Buffer).length
    catalog.change([entry], { at, bytes })
    at += bytes
  }
  return at
}
