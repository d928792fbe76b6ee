import type { KeptCommand } from '../document/actions/action.ts'
import { pathOf } from '../document/actions/index.ts'
import type { Path } from '../document/path.ts'
import { type Edit, movesKey } from '../document/tree.ts'
import type { Pending } from './pending.ts'

interface Place {
  readonly below: Map<string, Place>
  written: boolean
  /** Whether keys of the object here were added or removed. */
  moved: boolean
}

const untouched = (): Place => ({ below: new Map(), written: false, moved: false })

/**
 * What the pending commands write and name, by path. It says whether commands that came first can be applied on top of
 * them without rolling them back: where it is in doubt it says no.
 */
export class Touched {
  readonly #root = untouched()
  #known = 0

  /** Takes in the pending commands that it does not know yet. */
  extend(pending: readonly Pending[]): void {
    for (; this.#known < pending.length; this.#known++) {
      const { command, edits } = pending[this.#known] as Pending
      this.#reach(pathOf(command))
      for (let edit = edits; edit; edit = edit.previous) {
        const parent = this.#reach(edit.path)
        if (movesKey(edit)) parent.moved = true
        next(parent, edit.key).written = true
      }
    }
  }

  /** Whether a command that came first, and made these edits on top, would have done other than it does below. */
  conflicts(command: KeptCommand, edits: Edit | undefined): boolean {
    // What changes nothing on top may change something below.
    if (!edits || this.#isWritten(pathOf(command))) return true
    for (let edit: Edit | undefined = edits; edit; edit = edit.previous) {
      const parent = this.#find(edit.path)
      if (parent === 'written') return true
      // A place below is known only where something at it or below it is written or named.
      if (parent && (parent.below.has(edit.key) || (movesKey(edit) && parent.moved))) return true
    }
    return false
  }

  #isWritten(path: Path): boolean {
    return this.#find(path) === 'written'
  }

  /** The place at a path, if known; `written` where it or one above it is written. */
  #find(path: Path): Place | undefined | 'written' {
    let place: Place | undefined = this.#root
    for (const segment of path) {
      place = place.below.get(segment)
      if (!place) return undefined
      if (place.written) return 'written'
    }
    return place
  }

  #reach(path: Path): Place {
    let place = this.#root
    for (const segment of path) place = next(place, segment)
    return place
  }
}

function next(place: Place, key: string): Place {
  let below = place.below.get(key)
  if (!below) {
    below = untouched()
    place.below.set(key, below)
  }
  return below
}
