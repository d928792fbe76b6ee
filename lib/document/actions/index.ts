import { type Bounds, checkPath, isObject } from '../json.ts'
import { keepPath, type Path, root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import type { Action, KeptCommand } from './action.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { update } from './update.ts'

/** Every action there is. An action is added here and nowhere else: replica, master and protocol name none. */
export const actions: Map<string, Action> = new Map<string, Action>([
  ['create', create],
  ['update', update],
  ['delete', remove],
])

// How the delete action was spelled in the histories of flushout 1.
const oldSpellings: ReadonlyMap<string, string> = new Map([['detete', 'delete']])

export const spelling = (action: string): string => oldSpellings.get(action) ?? action

export const actionOf = ({ action }: KeptCommand): Action | undefined =>
  actions.get(action) ?? actions.get(spelling(action))

/** A command from outside: checked whole, copied, nothing else on it than its action knows. */
export function keepCommand(command: unknown, bounds: Bounds): KeptCommand | Refusal {
  if (!isObject(command) || typeof command.action !== 'string') {
    return new Refusal('invalid_props', 'A command is an object with an action.')
  }
  const name = spelling(command.action)
  const action = actions.get(name)
  if (!action) return new Refusal('unsupported', `Unknown action; there are ${[...actions.keys()].join(', ')}.`)
  const path = command.path as Path | undefined
  const refused = checkPath(path, bounds)
  if (refused) return refused
  try {
    // Begun empty, so that the engine keeps room for the rest: many of these wait at a time.
    const kept: { action?: string; path?: Path } = {}
    kept.action = name
    if (path) kept.path = keepPath(path)
    action.check(command, bounds, kept as KeptCommand)
    return kept as KeptCommand
  } catch (error) {
    if (error instanceof Refusal) return error
    // A getter or toJSON of the caller's own props threw.
    return new Refusal(
      'invalid_props',
      `The props could not be read: ${error instanceof Error ? error.message : 'unknown error'}`,
    )
  }
}

/** The same command with other props, as an interceptor wished; all else stays. */
export const withProps = (command: KeptCommand, props: unknown, bounds: Bounds): KeptCommand | Refusal =>
  keepCommand({ ...command, props }, bounds)

/** The same command at another path. */
export const withPath = <C extends KeptCommand>(command: C, path: Path): C => ({ ...command, path })

export const pathOf = (command: KeptCommand): Path => command.path ?? root
