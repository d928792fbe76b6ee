import type { KeptCommand } from './actions/action.ts'
import { actionOf, pathOf } from './actions/index.ts'
import { pointer, root } from './path.ts'
import type { Refusal } from './refusal.ts'
import { type Inverse, Tree } from './tree.ts'

/** A command as it was applied, with the id it created. */
export interface Completed {
  readonly command: KeptCommand
  readonly createdId?: string | undefined
}

/** What was applied, on its own: whatever else is known of it stays behind. */
export const completionOf = ({ command, createdId }: Completed): Completed =>
  createdId === undefined ? { command } : { command, createdId }

/** Says so where a history holds an action that is unknown here: what it means cannot be guessed. */
export function unknownAction(completions: readonly Completed[]): string | undefined {
  const unknown = completions.find(({ command }) => !actionOf(command))
  if (!unknown) return undefined
  const where = `'${unknown.command.action}' at ${pointer(pathOf(unknown.command))}`
  return `The history holds an action that is unknown here (${where}): update this program.`
}

/** Throws `unsupported` where an action is unknown. Asked before anything is changed. */
export function mustKnow(completions: readonly Completed[]): void {
  const message = unknownAction(completions)
  if (message) throw Object.assign(new Error(message), { code: 'unsupported' })
}

/**
 * Applies a completion of a history, of a known action: no interceptor is asked, and it always counts, even where it
 * changes nothing (old histories contain such).
 */
export function applyCompleted(tree: Tree, { command, createdId }: Completed, inverse?: Inverse): Refusal | undefined {
  return actionOf(command)?.apply(tree, command, (attempt) => (attempt === 0 ? createdId : undefined), inverse)
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
