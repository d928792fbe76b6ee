import { BehaviorSubject } from 'rxjs'
import { isWay, placeOf, type Way } from './way-names.ts'

const names = { chosen: 'millrace-way', told: 'millrace-way-of-server' } as const

/** The way that was chosen in this browser. */
export const chosen$ = new BehaviorSubject<Way | undefined>(kept('chosen'))

/** Where the lists of this page are, for as long as it lives. */
export const place = placeOf(chosen$.value ?? kept('told') ?? 'socket-io')

/** Takes another way from now on, in this browser. One to another place is taken by a new page. */
export function choose(way: Way): void {
  const isKept = keep('chosen', way)
  if (placeOf(way) === place) chosen$.next(way)
  else if (isKept) location.reload()
}

/** The way that the server was started for. Where that leads elsewhere, and none was chosen, a new page takes it. */
export async function toldWay(): Promise<Way> {
  const response = await fetch('/transport')
  const { transport }: { readonly transport?: unknown } = await response.json()
  const way = isWay(transport) ? transport : 'socket-io'
  if (keep('told', way) && placeOf(way) !== place && !chosen$.value) location.reload()
  return placeOf(way) === place ? way : 'socket-io'
}

function kept(what: keyof typeof names): Way | undefined {
  try {
    const name = localStorage.getItem(names[what])
    return isWay(name) ? name : undefined
  } catch {
    return undefined
  }
}

/** @returns whether it is remembered; where storage is forbidden it is so for as long as the page lives */
function keep(what: keyof typeof names, way: Way): boolean {
  try {
    localStorage.setItem(names[what], way)
    return true
  } catch {
    return false
  }
}
