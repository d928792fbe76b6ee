import type { Bounds } from '../json.ts'
import { type Path, pointer } from '../path.ts'
import { Refusal } from '../refusal.ts'
import type { Edit, Tree } from '../tree.ts'

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
  /** Whether its newest edit's key is an id that it created. */
  readonly creates?: true
  /** The props of an untrusted command, checked and copied: all that it has beyond action and path. Throws a Refusal. */
  check(command: Readonly<Record<string, unknown>>, bounds: Bounds): Omit<C, 'action' | 'path'>
  /**
   * Changes the tree through `set` and `remove` alone, checking first. The edits are its inverse, and all that it decides
   * by beyond its path: a key that it only looks at is set to what it is, or removed though it is not there.
   */
  apply(tree: Tree, command: C, names: NameSource): Edit | undefined | Refusal
}

export const notFound = (path: Path, reach: number): Refusal =>
  new Refusal('not_found', `No object at ${pointer(path.slice(0, reach + 1))}.`)
