/** What happened, in order: as a hash, and as lines where somebody wants to read them. */
export class Trace {
  readonly #show: ((line: string) => void) | undefined
  readonly #now: () => number
  #a = 0x811c9dc5
  #b = 0x1b873593

  constructor(now: () => number, show?: (line: string) => void) {
    this.#now = now
    this.#show = show
  }

  get hash(): string {
    return (this.#a >>> 0).toString(36) + (this.#b >>> 0).toString(36)
  }

  note(what: string, text = ''): void {
    const now = this.#now()
    this.#add(what)
    this.#add(text)
    this.#a = Math.imul(this.#a ^ Math.floor(now * 1_000), 0x01000193)
    this.#show?.(`${now.toFixed(1).padStart(10)}  ${what.padEnd(28)} ${text}`)
  }

  /** Two FNV-1a hashes of 32 bits. */
  #add(text: string): void {
    for (let i = 0; i < text.length; i++) {
      this.#a = Math.imul(this.#a ^ text.charCodeAt(i), 0x01000193)
      this.#b = Math.imul(this.#b ^ text.charCodeAt(i) ^ (this.#a >>> 15), 0x01000193)
    }
  }
}
