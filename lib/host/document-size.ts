import { bytesOf } from './bytes.ts'

/** How many bytes a document takes, encoded: measured now and then, and counted on between, which is never less. */
export class DocumentSize {
  #bytes = 0
  #isMeasured = false
  readonly #document: () => unknown

  /** @param document the live document, as of whenever it is asked for */
  constructor(document: () => unknown) {
    this.#document = document
    this.#measure()
  }

  get bytes(): number {
    return this.#bytes
  }

  grow(bytes: number): void {
    if (bytes === 0) return
    this.#bytes += bytes
    this.#isMeasured = false
  }

  /** Whether so many more bytes fit. Measures only where the count says that they do not. */
  hasRoom(bytes: number, limit: number): boolean {
    if (this.#bytes + bytes > limit && !this.#isMeasured) this.#measure()
    return this.#bytes + bytes <= limit
  }

  #measure(): void {
    this.#bytes = bytesOf(JSON.stringify(this.#document()))
    this.#isMeasured = true
  }
}
