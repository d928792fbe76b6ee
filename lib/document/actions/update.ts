import { checkKey, copyJson, isObject } from '../json.ts'
import { root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import type { Edit } from '../tree.ts'
import { type Action, type KeptCommand, notFound } from './action.ts'

interface Update extends KeptCommand {
  readonly props?: Readonly<Record<string, unknown>>
  readonly unset?: readonly string[]
}

/** Sets keys of the object at `path`, and takes keys away. */
export const update: Action<Update> = {
  check({ props, unset }, bounds, kept) {
    if (unset !== undefined && !(Array.isArray(unset) && unset.every((key) => typeof key === 'string'))) {
      throw new Refusal('invalid_props', 'unset is an array of keys.')
    }
    for (const key of (unset as string[] | undefined) ?? []) {
      const refused = checkKey(key, bounds)
      if (refused) throw refused
    }
    const copy = copyJson(props, bounds)
    if (copy !== undefined && !isObject(copy))
      throw new Refusal('invalid_props', 'The props of an update are an object.')
    if (copy !== undefined) kept.props = copy
    if (unset !== undefined) kept.unset = [...(unset as string[])]
  },

  apply(tree, { path = root, props, unset }) {
    if (!tree.object(path)) return notFound(tree, path)
    let edits: Edit | undefined
    for (const key in props) if (Object.hasOwn(props, key)) edits = tree.set(path, key, props[key], edits)
    if (unset) for (const key of unset) edits = tree.remove(path, key, edits)
    return edits
  },
}
