import type { KeptCommand } from './actions/action.ts'
import { actionOf, pathOf } from './actions/index.ts'
import { pointer, root } from './path.ts'
import { Refusal } from './refusal.ts'
import { type Edit, Tree } from './tree.ts'

/** A command as it was applied, with the id it created. */
export interface Completed {
  readonly command: KeptCommand
  readonly createdId?: string
}

/**
 * Throws a Refusal `unsupported` where a history holds an action that is unknown here: what it means cannot be guessed.
 * Asked before anything is changed.
 */
export function mustKnow(completions: readonly Completed[]): void {
  for (const { command } of completions) {
    if (actionOf(command)) continue
    const where = `'${command.action}' at ${pointer(pathOf(command))}`
    throw new Refusal('unsupported', `The history holds an action that is unknown here (${where}): update this program.`)
  }
}

/**
 * Applies a completion of a history, of a known action: no interceptor is asked, and it always counts, even where it
 * changes nothing (old histories contain such).
 */
export function applyCompleted(tree: Tree, { command, createdId }: Completed): Edit | undefined | Refusal {
  return actionOf(command)?.apply(tree, command, (attempt) => (attempt === 0 ? createdId : undefined))
}

/**
 * The state after `completions`, from an earlier snapshot, which stays as it is. Undo is a replay to just before a
 * command.
 */
export function replay<T extends object>(
  snapshot: { readonly commandCount: number; readonly document: T },
  completions: readonly { readonly command: object; readonly createdId?: string }[],
): { commandCount: number; document: T } {
  const tree = new Tree(snapshot.document)
  mustKnow(completions as readonly Completed[])
  for (const completion of completions as readonly Completed[]) applyCompleted(tree, completion)
  return { commandCount: snapshot.commandCount + completions.length, document: tree.at(root) as T }
}
