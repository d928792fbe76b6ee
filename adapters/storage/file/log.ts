import { constants } from 'node:fs'
import { type FileHandle, link, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Change, Entry } from '../../../lib/contracts/storage.ts'
import { MillraceError } from '../../../lib/errors.ts'
import { byKey } from '../entries.ts'
import { Catalog, printOf } from './catalog.ts'
import { failed } from './failures.ts'
import { ifThere, syncFolder, withFile } from './folders.ts'
import { linesIn, readAt, writeAt } from './lines.ts'
import { changesIn, entriesOf, header, headLength, record } from './records.ts'
import { rewrite } from './rewriting.ts'

/** Changes, and what has to be there for them. */
export interface Write {
  readonly expected: readonly Change[]
  readonly changes: readonly Change[]
}

/** Where a document is kept, and how. */
export interface Place {
  readonly document: string
  /** Its file, without what stands behind the last dot. */
  readonly path: string
  /** Whether to wait for the disk. */
  readonly sync: boolean
  readonly nextName: () => string
}

/** Superfluous bytes that are always let be. */
const slack = 64 * 1024

/**
 * The file of one document: a line for each write, appended and never changed, until what was overwritten takes up more
 * than what is kept. Every method is called by one alone, here and in all processes, and `refresh` before the others.
 */
export class Log {
  readonly #place: Place
  readonly #path: string
  #catalog = new Catalog()
  /** The beginning of the file that the catalog is of. */
  #head = ''
  /** Where its last sound line ends. */
  #end = 0
  /** Whether the end of that line is missing. */
  #isOpen = false
  /** Where the file ended when it was last rewritten. */
  #rewrittenTo = 0

  constructor(place: Place) {
    this.#place = place
    this.#path = `${place.path}.log`
  }

  /** Takes in what others have written. Something damaged is put aside, and told by throwing. */
  async refresh(): Promise<void> {
    const isSound = await ifThere(this.#path, async (file) => {
      const head = (await readAt(file, 0, headLength)).toString('latin1')
      const { size } = await file.stat()
      if (head !== this.#head || size < this.#end) this.#forget(head)
      return this.#takeIn(file, size)
    })
    if (isSound === undefined) this.#forget()
    if (isSound === false) throw await this.#repair()
  }

  async read(prefix: string): Promise<readonly Entry[]> {
    const found = await ifThere(this.#path, async (file) => {
      const entries: Entry[] = []
      for await (const some of entriesOf(file, this.#catalog, prefix)) {
        if (some === 'damaged') return undefined
        for (const entry of some) entries.push(entry)
      }
      return entries.sort(byKey)
    })
    if (found || this.#end === 0) return found ?? []
    this.#forget()
    await this.refresh()
    throw failed(this.#path, 'it changes while it is read.')
  }

  /** Writes what holds of several writes, each as if those before it were done. All of them or none, if this throws. */
  async append(writes: readonly Write[]): Promise<readonly boolean[]> {
    const planned = new Map<string, string | undefined>()
    const printAt = (key: string) => (planned.has(key) ? planned.get(key) : this.#catalog.printAt(key))
    const answers = writes.map(({ expected, changes }) => {
      const holds = expected.every(({ key, value }) => printAt(key) === (value === undefined ? value : printOf(value)))
      if (holds) for (const { key, value } of changes) planned.set(key, value === undefined ? value : printOf(value))
      return holds
    })
    await this.#write(writes.filter(({ changes }, index) => answers[index] && changes.length > 0))
    return answers
  }

  /** Makes the file smaller where that is worth it. What was written stays so if this fails, and is tried again later. */
  async tidy(): Promise<void> {
    const [end, isEmpty] = [this.#end, this.#catalog.count === 0]
    if (end === 0 || (!isEmpty && end < 2 * Math.max(this.#catalog.size + slack, this.#rewrittenTo))) return
    this.#rewrittenTo = end
    await (isEmpty ? this.#remove() : this.#rewrite()).catch(() => undefined)
  }

  async #write(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return
    const lines = writes.map(({ changes }) => record(changes))
    const [isNew, end] = [this.#end === 0, this.#end]
    const begin = isNew ? this.#newHeader() : Buffer.from(this.#isOpen ? '\n' : '')
    await withFile(this.#path, constants.O_RDWR | constants.O_CREAT, async (file) => {
      // What another process began and did not finish.
      if ((await file.stat()).size > end) await file.truncate(end)
      try {
        await writeAt(file, end, Buffer.concat([begin, ...lines]))
        await this.#synced(file, isNew)
      } catch (error) {
        await this.#undo(file, end)
        throw error
      }
    })
    if (isNew) this.#forget(headOf(begin))
    this.#end = end + begin.length
    this.#isOpen = false
    for (const [index, { changes }] of writes.entries()) {
      const bytes = (lines[index] as Buffer).length
      this.#catalog.change(changes, { at: this.#end, bytes })
      this.#end += bytes
    }
  }

  async #synced(file: FileHandle, isNew: boolean): Promise<void> {
    if (!this.#place.sync) return
    await file.datasync()
    if (isNew) await syncFolder(dirname(this.#path))
  }

  async #undo(file: FileHandle, end: number): Promise<void> {
    try {
      await file.truncate(end)
      await this.#synced(file, false)
    } catch (error) {
      const what = `A write to ${this.#path} failed, and whether it is there cannot be said.`
      throw new MillraceError('storage_unknown', what, {}, error)
    } finally {
      this.#forget()
    }
  }

  /** Whether all is sound. A last line that is not whole was never answered: it is let be. */
  async #takeIn(file: FileHandle, size: number): Promise<boolean> {
    let isSound = true
    for await (const { text, isWhole, at, bytes } of linesIn(file, this.#end, size)) {
      const changes = changesIn(text)
      if (changes === 'newer') {
        throw failed(this.#path, 'it was written by a newer version. Use that, or move the file away to begin anew.')
      }
      if (changes === undefined && !isWhole) break
      isSound &&= changes !== undefined || text.length === 0
      this.#catalog.change(changes ?? [], { at, bytes })
      this.#end = at + bytes
      this.#isOpen = !isWhole
    }
    return isSound
  }

  async #repair(): Promise<MillraceError> {
    const aside = await this.#putAside()
    const isRepaired = await this.#rewrite().catch(async (error: unknown) => {
      await unlink(aside)
      throw error
    })
    if (!isRepaired) throw failed(this.#path, 'it changes while it is read.')
    const what = `Something in ${this.#path} is not what was written. The file is kept as ${aside}, and all that is intact stays.`
    return new MillraceError('storage_damaged', what, { aside })
  }

  /** A second name for the file, the first that is free. */
  async #putAside(): Promise<string> {
    for (let number = 1; ; number += 1) {
      const aside = `${this.#place.path}.damaged-${number}`
      try {
        await link(this.#path, aside)
        return aside
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  }

  async #rewrite(): Promise<boolean> {
    const begin = this.#newHeader()
    const rewritten = await rewrite(this.#path, this.#catalog, begin)
    this.#forget(rewritten && headOf(begin))
    if (!rewritten) return false
    this.#catalog = rewritten.catalog
    this.#end = rewritten.end
    this.#rewrittenTo = rewritten.end
    return true
  }

  async #remove(): Promise<void> {
    this.#forget()
    await unlink(this.#path)
    if (this.#place.sync) await syncFolder(dirname(this.#path))
  }

  #newHeader(): Buffer {
    return header(this.#place.nextName(), this.#place.document)
  }

  #forget(head = ''): void {
    if (this.#end > 0) this.#catalog = new Catalog()
    this.#head = head
    this.#end = 0
    this.#isOpen = false
    this.#rewrittenTo = 0
  }
}

const headOf = (begin: Buffer): string => begin.toString('latin1', 0, headLength)
