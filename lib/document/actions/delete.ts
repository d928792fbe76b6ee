import { keepPath, root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import { type Action, notFound } from './action.ts'

/** Takes away what stands at `path`. */
export const remove: Action = {
  check: () => undefined,

  apply(tree, { path = root }, _names, inverse) {
    if (path.length === 0) return new Refusal('invalid_path', 'The root of a document cannot be deleted.')
    const parent = keepPath(path, path.length - 1)
    const key = path[parent.length] as string
    const node = tree.object(parent)
    if (!node || !Object.hasOwn(node, key)) return notFound(tree, path)
    tree.remove(parent, key, inverse)
    return undefined
  },
}
