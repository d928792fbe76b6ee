import type { Path } from './path.ts'

/**
 * Where creates went whose ids were taken. Places are named as their maker named them, so one look-up finds where a path
 * leads now, whatever else was renamed to what.
 */
export class Renames {
  readonly #moves = new Map<string, { readonly before: Path; readonly after: Path }>()

  /** Where a path leads now; `undefined` where nothing on it was renamed. The longest rename wins. */
  get(path: Path): Path | undefined {
    if (this.#moves.size === 0) return undefined
    for (let length = path.length; length > 0; length--) {
      const move = this.#moves.get(nameOf(path.slice(0, length)))
      if (move) return [...move.after, ...path.slice(length)]
    }
    return undefined
  }

  put(before: Path, after: Path): void {
    this.forget(before)
    this.#moves.set(nameOf(before), { before, after })
  }

  forget(before: Path): void {
    this.#moves.delete(nameOf(before))
  }

  /** Notes a create; a new one at the same place stands for the place from then on. @returns whether its id was taken */
  note(before: Path, after: Path): boolean {
    const isRenamed = before[before.length - 1] !== after[after.length - 1]
    if (isRenamed) this.put(before, after)
    else this.forget(before)
    return isRenamed
  }

  /** Oldest first. */
  get moves(): { readonly before: Path; readonly after: Path }[] {
    return [...this.#moves.values()]
  }
}

const nameOf = (path: Path): string => JSON.stringify(path)
