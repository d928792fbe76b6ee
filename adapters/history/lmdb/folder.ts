import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { MillraceError } from '../../../lib/errors.ts'

/** The file of a folder that holds the data. */
export const dataFile = (folder: string): string => join(folder, 'data.mdb')

/** The one error for a store that cannot be used: what is wrong, and what to do about it. */
export function unavailable(folder: string, what: string, cause?: unknown): MillraceError {
  return new MillraceError('unavailable', `The history in ${folder} cannot be used: ${what}`, {}, cause)
}

export const repair = 'Restore it from a backup, or move it away to begin anew.'

const mayUse = constants.R_OK | constants.W_OK
const waitBetweenLooks = 20
const looks = 10

/**
 * Makes the folder and looks at what is in it. The library ends the process when it opens a file that is not its own,
 * so this has to be known before.
 */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, mayUse)
    // Only asked, never opened: closing the lock file here would give up the locks that this process holds in it, and
    // other processes would take its readers for dead.
    for (const file of [dataFile(folder), join(folder, 'lock.mdb')]) if (existsSync(file)) accessSync(file, mayUse)
  } catch (error) {
    throw unavailable(
      folder,
      `${(error as Error).message}. It must be a folder whose files can be read and written.`,
      error,
    )
  }
  checkData(folder)
}

/** The library syncs its files; their names in the folder are lost with the machine until this was done. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  for (const directory of [folder, dirname(resolve(folder))]) {
    const descriptor = openSync(directory, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }
}

function checkData(folder: string): void {
  for (let look = 1; existsSync(dataFile(folder)); look += 1) {
    const fault = faultIn(dataFile(folder))
    if (fault === undefined) return
    if (look === looks) throw unavailable(folder, `data.mdb ${fault}. ${repair}`)
    // Another process may be about to write the first pages.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitBetweenLooks)
  }
}

// Words of 32 bits in the head of each of the first two pages of the file.
const magicAt = 6
const versionAt = 7
const pageSizeAt = 12
const headWords = 44
const magic = 0xbeefc0de
const version = 2

function faultIn(file: string): string | undefined {
  const size = statSync(file).size
  if (size === 0) return undefined
  const first = headAt(file, 0)
  if (first[magicAt] !== magic) return 'is not a store of this kind'
  if (first[versionAt] !== version) return `has the format ${first[versionAt]}, not ${version}`
  const pageSize = first[pageSizeAt] as number
  if (size < 2 * pageSize) return 'was cut off'
  return headAt(file, pageSize)[magicAt] === magic ? undefined : 'is damaged in its head'
}

function headAt(file: string, position: number): Uint32Array {
  const words = new Uint32Array(headWords)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, words, 0, words.byteLength, position)
  } finally {
    closeSync(descriptor)
  }
  return words
}
