import { type Path, pointer } from './document/path.ts'

const remembered = 1_000

/** What others deleted lately, to say why something is no longer there. */
export class Deletions {
  readonly #counts = new Map<string, number>()

  remember(path: Path, commandCount: number): void {
    const place = pointer(path)
    this.#counts.delete(place)
    this.#counts.set(place, commandCount)
    if (this.#counts.size > remembered) this.#counts.delete(this.#counts.keys().next().value as string)
  }

  /** Something stands there again. */
  forget(path: Path | undefined): void {
    if (path && this.#counts.size > 0) this.#counts.delete(pointer(path))
  }

  /** The count at which the path, or what it leads through, was deleted. */
  at(path: Path): number | undefined {
    for (let length = path.length; length > 0; length--) {
      const count = this.#counts.get(pointer(path.slice(0, length)))
      if (count !== undefined) return count
    }
    return undefined
  }
}
