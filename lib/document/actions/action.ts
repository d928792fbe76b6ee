import type { Bounds } from '../json.ts'
import { type Path, pointer } from '../path.ts'
import { Refusal } from '../refusal.ts'
import type { Inverse, Tree } from '../tree.ts'

/** A command as the document keeps it: checked, its own copy, never changed afterwards. */
export interface KeptCommand {
  readonly action: string
  readonly path?: Path
}

/** Gives ids for a create: attempt 0 first, then on as long as they are taken; `undefined` gives up. */
export type NameSource = (attempt: number) => string | undefined

/**
 * One kind of change. What it means never changes: histories hold it for ever. It names elements by id, never by
 * index, so a command means the same at every count.
 */
export interface Action<C extends KeptCommand = KeptCommand> {
  /** Whether the key of its newest edit is an id that it created. */
  readonly creates?: true
  /** Checks an untrusted command and copies all that it has beyond action and path onto `kept`. Throws a Refusal. */
  check(command: Readonly<Record<string, unknown>>, bounds: Bounds, kept: { -readonly [K in keyof C]: C[K] }): void
  /**
   * Changes the tree through `set` and `remove` alone, checking first, and hands these the inverse, which then holds all
   * that it decides by beyond its path: a key that it only looks at is set to what it is, or removed though not there.
   */
  apply(tree: Tree, command: C, names: NameSource, inverse?: Inverse): Refusal | undefined
}

/** Names the place where the way to `path` ends. */
export function notFound(tree: Tree, path: Path): Refusal {
  let length = 1
  while (length < path.length && tree.object(path.slice(0, length))) length++
  return new Refusal('not_found', `No object at ${pointer(path.slice(0, length))}.`)
}
