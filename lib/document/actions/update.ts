import { type Bounds, checkKey, copyJson, isObject } from '../json.ts'
import { root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import { type Action, type KeptCommand, notFound } from './action.ts'

interface Update extends KeptCommand {
  readonly props?: Readonly<Record<string, unknown>>
  readonly unset?: readonly string[]
}

/** Sets keys of the object at `path`, and takes keys away. */
export const update: Action<Update> = {
  check({ props, unset }, bounds, kept) {
    const copy = copyJson(props, bounds)
    if (copy !== undefined) {
      if (!isObject(copy)) throw new Refusal('invalid_props', 'The props of an update are an object.')
      kept.props = copy
    }
    if (unset !== undefined) kept.unset = keysOf(unset, bounds)
  },

  apply(tree, { path = root, props, unset }, _names, inverse) {
    if (!tree.object(path)) return notFound(tree, path)
    for (const key in props) if (Object.hasOwn(props, key)) tree.set(path, key, props[key], inverse)
    if (unset) for (const key of unset) tree.remove(path, key, inverse)
    return undefined
  },
}

function keysOf(unset: unknown, bounds: Bounds): string[] {
  if (!Array.isArray(unset)) throw new Refusal('invalid_props', 'unset is an array of keys.')
  return unset.map((key: unknown) => {
    if (typeof key !== 'string') throw new Refusal('invalid_props', 'unset is an array of keys.')
    const refused = checkKey(key, bounds)
    if (refused) throw refused
    return key
  })
}
