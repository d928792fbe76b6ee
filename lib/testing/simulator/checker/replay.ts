/** A JSON object as it is, to be changed in place. */
export type Json = Record<string, unknown>

export const isNode = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const copy = <V>(value: V): V => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as V))

/** The object at a path, by own keys; arrays are values. */
export function nodeAt(document: Json, path: readonly string[]): Json | undefined {
  let node: unknown = document
  for (const key of path) node = isNode(node) && Object.hasOwn(node, key) ? node[key] : undefined
  return isNode(node) ? node : undefined
}

/** A command, whatever it is. */
export interface AnyCommand {
  readonly action: string
  readonly path?: readonly string[]
  readonly props?: object
  readonly parentDefault?: object
  readonly id?: string
  readonly unset?: readonly string[]
}

/** Why a command does not apply; `undefined` where it does, and has. */
export type Problem = 'not_found' | 'exists' | 'invalid_path' | 'unsupported' | undefined

/** Applies one command to a document, in place. What each action means, said a second time and without any cleverness. */
export function play(document: Json, command: AnyCommand, createdId: string | undefined): Problem {
  const { path = [], props, unset = [] } = command
  switch (command.action) {
    case 'create':
      return create(document, command, command.id ?? createdId)
    case 'update': {
      const node = nodeAt(document, path)
      if (!node) return 'not_found'
      Object.assign(node, copy(props))
      for (const key of unset) delete node[key]
      return undefined
    }
    case 'delete': {
      const key = path.at(-1)
      if (key === undefined) return 'invalid_path'
      const parent = nodeAt(document, path.slice(0, -1))
      if (!parent || !Object.hasOwn(parent, key)) return 'not_found'
      delete parent[key]
      return undefined
    }
    default:
      return 'unsupported'
  }
}

function create(document: Json, { path = [], props, parentDefault }: AnyCommand, id: string | undefined): Problem {
  const known = nodeAt(document, path)
  const above = known || path.length === 0 ? undefined : nodeAt(document, path.slice(0, -1))
  const parent = known ?? (above && (copy(parentDefault) as Json | undefined))
  if (!parent) return 'not_found'
  if (id === undefined || Object.hasOwn(parent, id)) return 'exists'
  parent[id] = copy(props) ?? {}
  if (above) above[path.at(-1) as string] = parent
  return undefined
}
