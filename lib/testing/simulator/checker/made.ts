import type { Settlement } from '../../../replica/pending.ts'
import { type AnyCommand, isNode, type Json, nodeAt } from './replay.ts'

/** A command that somebody made, and all that is known of it. */
export class Made {
  readonly number: number
  /** As it was handed in. */
  readonly command: AnyCommand
  /** The id that it made, as it is known by now. */
  createdId: string | undefined
  /** Its path: keys, and what was made by commands that had no answer yet. */
  readonly way: readonly (string | Made)[]
  /** Under which name and number it was sent, and how it read. */
  sent: { readonly client: string; readonly seq: number; readonly text: string } | undefined
  settlement: Settlement | undefined
  /** The client is gone that would have told what became of it. */
  isGone = false
  /** Something was sent that may be this or another. */
  isInDoubt = false
  /** Whether it was told that it outlives its process. */
  isKept = false
  /** What became of it was told by whatever ran in the place of its process. */
  wasTold = false
  /** How often the history has it now. */
  inHistory = 0
  /** What the history durably says of it, at any time. */
  wasTaken = false
  wasRefused = false
  /** The history has lost it. */
  wasLost = false

  constructor(number: number, command: AnyCommand, createdId: string | undefined, way: Made['way']) {
    this.number = number
    this.command = command
    this.createdId = createdId
    this.way = way
  }

  get isWaiting(): boolean {
    return this.settlement === undefined && !this.isGone
  }

  get path(): string[] {
    return this.way.map((key) => (typeof key === 'string' ? key : (key.createdId as string)))
  }

  /** Where a create put its object. */
  get place(): string[] | undefined {
    return this.createdId === undefined ? undefined : [...this.path, this.createdId]
  }
}

/** The way of a command that is made now: which of its keys are names of what waits for an answer. */
export function wayOf(path: readonly string[], view: object, waiting: readonly Made[]): (string | Made)[] {
  return path.map((key, i) => {
    const maker = makerOf(path.slice(0, i + 1), waiting)
    return maker && isShown(maker, view) ? maker : key
  })
}

/** Whether a command names what another made, while something that waits has the same name. */
export const isAmbiguous = (path: readonly string[], view: object, waiting: readonly Made[]): boolean =>
  path.some((_, i) => {
    const maker = makerOf(path.slice(0, i + 1), waiting)
    return maker !== undefined && !isShown(maker, view)
  })

const makerOf = (place: readonly string[], waiting: readonly Made[]): Made | undefined =>
  waiting.findLast((made) => isSame(made.place, place))

/** Whether what a create made stands where it put it. */
export function isShown({ place, number }: Made, view: object): boolean {
  const node = nodeAt(view as Json, place ?? [])
  return isNode(node) && node.by === number
}

export const isSame = (a: readonly string[] | undefined, b: readonly string[]): boolean =>
  a?.length === b.length && a.every((key, i) => key === b[i])
