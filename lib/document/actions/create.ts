import { checkKey, copyJson, isObject } from '../json.ts'
import { pointer, root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import type { Edit, Tree } from '../tree.ts'
import { type Action, type KeptCommand, type NameSource, notFound } from './action.ts'

interface Create extends KeptCommand {
  readonly props?: object
  readonly parentDefault?: object
  readonly id?: string
}

/** Puts a new object into the object at `path`, under a chosen or a new id. */
export const create: Action<Create> = {
  creates: true,

  check({ props, parentDefault, id }, bounds) {
    const value = copyJson(props, bounds)
    if (value !== undefined && (typeof value !== 'object' || value === null)) {
      throw new Refusal('invalid_props', 'The props of a create are an object.')
    }
    const parent = copyJson(parentDefault, bounds)
    if (parent !== undefined && !isObject(parent)) throw new Refusal('invalid_props', 'A parentDefault is an object.')
    if (id !== undefined) {
      if (typeof id !== 'string' || id === '')
        throw new Refusal('invalid_props', 'A chosen id is a string of at least one character.')
      const refused = checkKey(id, bounds)
      if (refused) throw refused
    }
    return {
      ...(value !== undefined && { props: value }),
      ...(parent !== undefined && { parentDefault: parent }),
      ...(id !== undefined && { id }),
    }
  },

  apply(tree, command, names) {
    const path = command.path ?? root
    const reach = tree.reach(path)
    const parentMissing = reach < path.length
    if (parentMissing) {
      const last = path.length - 1
      if (!command.parentDefault || reach !== last) return notFound(path, reach)
    }
    const siblings = parentMissing ? command.parentDefault : tree.at(path)
    const id = command.id ?? freeId(siblings as object, names)
    if (id === undefined || Object.hasOwn(siblings as object, id)) {
      return new Refusal(
        'exists',
        `${pointer(path)} already has ${id === undefined ? 'the proposed id' : `'${id}'`}: choose another id.`,
      )
    }
    const parent = parentMissing ? addParent(tree, command) : undefined
    return tree.set(path, id, command.props ?? {}, parent)
  },
}

function addParent(tree: Tree, { path = root, parentDefault }: Create): Edit {
  return tree.set(path.slice(0, -1), path[path.length - 1] as string, parentDefault)
}

function freeId(siblings: object, names: NameSource): string | undefined {
  for (let attempt = 0; ; attempt++) {
    const id = names(attempt)
    if (id === undefined || !Object.hasOwn(siblings, id)) return id
  }
}
