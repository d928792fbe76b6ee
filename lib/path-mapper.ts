import { leadsThrough, type Path, samePath } from './document/path.ts'

/** Paths whose ids were renamed, and where what lies below them is now. */
export class PathMapper {
  readonly #renames: { readonly from: Path; readonly to: string[] }[]

  /** @param mappedPaths as in a `Sync`; a key that holds commas is taken apart at each */
  constructor(mappedPaths: Record<string, string[]> = {}) {
    this.#renames = Object.entries(mappedPaths).map(([from, to]) => ({ from: from.split(','), to }))
  }

  /** Where a path leads now; `undefined` where nothing on it was renamed. The longest rename wins. */
  get(path: string[]): string[] | undefined {
    let best: { from: Path; to: string[] } | undefined
    for (const rename of this.#renames) {
      if (leadsThrough(path, rename.from) && rename.from.length >= (best?.from.length ?? 1)) best = rename
    }
    return best && [...best.to, ...path.slice(best.from.length)]
  }

  put(path: string[], remappedPath: string[]): void {
    const known = this.#renames.findIndex(({ from }) => samePath(from, path))
    if (known >= 0) this.#renames.splice(known, 1)
    this.#renames.push({ from: path, to: remappedPath })
  }

  getMappings(): Record<string, string[]> {
    return Object.fromEntries(this.#renames.map(({ from, to }) => [from.join(','), to]))
  }
}
