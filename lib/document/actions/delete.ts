import { keepPath, root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import { type Action, notFound } from './action.ts'

/** Takes away what stands at `path`. */
export const remove: Action = {
  check: () => undefined,

  apply(tree, { path = root }) {
    if (path.length === 0) return new Refusal('invalid_path', 'The root of a document cannot be deleted.')
    const parent = keepPath(path, path.length - 1)
    const key = path[parent.length] as string
    const node = tree.object(parent)
    return node && Object.hasOwn(node, key) ? tree.remove(parent, key) : notFound(tree, path)
  },
}
