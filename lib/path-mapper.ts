import { Renames } from './document/renames.ts'

/** Paths whose ids were renamed, and where what lies below them is now. */
export class PathMapper {
  readonly #renames = new Renames()

  /** @param mappedPaths as in a `Sync`; a key that holds commas is taken apart at each */
  constructor(mappedPaths: Record<string, string[]> = {}) {
    for (const [from, to] of Object.entries(mappedPaths)) this.put(from.split(','), to)
  }

  /** Where a path leads now; `undefined` where nothing on it was renamed. The longest rename wins. */
  get(path: string[]): string[] | undefined {
    return this.#renames.get(path) as string[] | undefined
  }

  put(path: string[], remappedPath: string[]): void {
    this.#renames.put(path, remappedPath)
  }

  getMappings(): Record<string, string[]> {
    return Object.fromEntries(this.#renames.moves.map(({ before, after }) => [before.join(','), [...after]]))
  }
}
