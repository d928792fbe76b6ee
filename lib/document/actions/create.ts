import { checkKey, copyJson, isObject } from '../json.ts'
import { pointer, root } from '../path.ts'
import { Refusal } from '../refusal.ts'
import { type Action, type KeptCommand, type NameSource, notFound } from './action.ts'

interface Create extends KeptCommand {
  readonly props?: object
  readonly parentDefault?: object
  readonly id?: string
}

/** Puts a new object into the object at `path`, under a chosen or a new id. */
export const create: Action<Create> = {
  creates: true,

  check({ props, parentDefault, id }, bounds, kept) {
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
    if (value !== undefined) kept.props = value
    if (parent !== undefined) kept.parentDefault = parent
    if (id !== undefined) kept.id = id
  },

  apply(tree, command, names, inverse) {
    const path = command.path ?? root
    const known = tree.object(path)
    const siblings = known ?? (tree.object(path.slice(0, -1)) && command.parentDefault)
    if (!siblings) return notFound(tree, path)
    const { id = freeId(siblings, names) } = command
    if (id === undefined || (command.id !== undefined && Object.hasOwn(siblings, id))) {
      return new Refusal(
        'exists',
        `${pointer(path)} already has ${id === undefined ? 'the proposed id' : `'${id}'`}: choose another id.`,
      )
    }
    if (!known) tree.set(path.slice(0, -1), path[path.length - 1] as string, siblings, inverse)
    tree.set(path, id, command.props ?? {}, inverse)
    return undefined
  },
}

function freeId(siblings: object, names: NameSource): string | undefined {
  for (let attempt = 0; ; attempt++) {
    const id = names(attempt)
    // `in` first: unlike `hasOwn` it makes a key of a new text, and what comes next finds it made.
    if (id === undefined || !(id in siblings && Object.hasOwn(siblings, id))) return id
  }
}
