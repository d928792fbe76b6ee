import { root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import { type Action, notFound } from './action.ts'

/** Takes away what stands at `path`. */
export const remove: Action = {
  check: () => ({}),

  apply(tree, { path = root }) {
    if (path.length === 0) return new Refusal('invalid_path', 'The root of a document cannot be deleted.')
    const parent = path.slice(0, -1)
    const reach = tree.reach(parent)
    if (reach < parent.length) return notFound(path, reach)
    const key = path[parent.length] as string
    if (!Object.hasOwn(tree.at(parent) as object, key)) return notFound(path, parent.length)
    return tree.remove(parent, key)
  },
}
