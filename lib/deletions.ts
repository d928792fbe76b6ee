import { type Path, pointer } from './document/path.ts'
import type { Completed } from './document/replay.ts'
import { placeOf } from './replica/replica.ts'

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

  /** What was created stands there again. */
  forget(created: Completed): void {
    const place = this.#counts.size > 0 && placeOf(created)
    if (place) this.#counts.delete(pointer(place))
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
