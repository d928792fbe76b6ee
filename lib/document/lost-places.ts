import { leadsThrough, type Path, samePath } from './path.ts'

/** Where creates were refused or dropped: a command whose path leads through such a place goes with them. */
export class LostPlaces {
  #places: Path[]

  constructor(places: readonly Path[] = []) {
    this.#places = [...places]
  }

  add(place: Path): void {
    this.#places.push(place)
  }

  /** Something new stands there. */
  found(place: Path): void {
    this.#places = this.#places.filter((lost) => !samePath(lost, place))
  }

  leadTo(path: Path): boolean {
    return this.#places.some((place) => leadsThrough(path, place))
  }

  get all(): readonly Path[] {
    return this.#places
  }
}
