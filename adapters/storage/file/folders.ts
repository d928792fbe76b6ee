import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { orMissing } from './failures.ts'

/** The folders that a storage has in its own. */
export interface Folders {
  readonly documents: string
  readonly locks: string
}

export const foldersIn = (folder: string): Folders => ({
  documents: join(resolve(folder), 'documents'),
  locks: join(resolve(folder), 'locks'),
})

/** Makes them where they are missing, so that a machine which goes down does not lose their names. */
export async function makeFolders({ documents, locks }: Folders): Promise<void> {
  const isNew = [documents, locks].map((folder) => mkdirSync(folder, { recursive: true })).some(Boolean)
  if (isNew) for (const folder of [dirname(documents), dirname(dirname(documents))]) await syncFolder(folder)
}

/** A file's name for any text: of one length, and the same on systems that do not tell capitals apart. */
export const fileName = (text: string): string =>
  createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 40)

/** What was made, renamed or removed in a folder stays so when the machine goes down. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await withFile(folder, 'r', (directory) => directory.sync())
}

/** Opens a file for the time of `work`. */
export async function withFile<T>(
  path: string,
  flags: string | number,
  work: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, flags)
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

/** The same, or `undefined` where there is no such file. */
export const ifThere = <T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T | undefined> =>
  open(path, 'r')
    .catch(orMissing(undefined))
    .then(async (file) => {
      try {
        return file && (await work(file))
      } finally {
        await file?.close()
      }
    })
