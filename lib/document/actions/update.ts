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
  check({ props, unset }, bounds) {
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
    return {
      ...(copy !== undefined && { props: copy }),
      ...(unset !== undefined && { unset: [...(unset as string[])] }),
    }
  },

  apply(tree, { path = root, props, unset }) {
    const reach = tree.reach(path)
    if (reach < path.length) return notFound(path, reach)
    let edits: Edit | undefined
    if (props) for (const key of Object.keys(props)) edits = tree.set(path, key, props[key], edits)
    if (unset) for (const key of unset) edits = tree.remove(path, key, edits)
    return edits
  },
}
