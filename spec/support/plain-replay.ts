import type { Command, CommandCompletion } from '../../lib/flushout.ts'

type Json = Record<string, unknown>
type Step = (document: Json, command: Command, createdId: string | undefined) => boolean

const isNode = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const copy = <V>(value: V): V => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as V))

/** The object at a path, by own keys; arrays are values. */
export function nodeAt(document: Json, path: readonly string[]): Json | undefined {
  let node: unknown = document
  for (const key of path) node = isNode(node) && Object.hasOwn(node, key) ? node[key] : undefined
  return isNode(node) ? node : undefined
}

/** What each action means, said a second time and without any cleverness: the engine must agree with this. */
export const meanings = new Map<string, Step>([
  [
    'create',
    (document, command, createdId) => {
      const { path = [], props, parentDefault, id = createdId } = command as Extract<Command, { action: 'create' }>
      const above = path.length > 0 ? nodeAt(document, path.slice(0, -1)) : undefined
      const fresh = above && (copy(parentDefault) as Json | undefined)
      const parent = nodeAt(document, path) ?? fresh
      if (!parent || id === undefined || Object.hasOwn(parent, id)) return false
      parent[id] = copy(props) ?? {}
      if (parent === fresh) above![path[path.length - 1]!] = fresh
      return true
    },
  ],
  [
    'update',
    (document, command) => {
      const { path = [], props, unset = [] } = command as Extract<Command, { action: 'update' }>
      const node = nodeAt(document, path)
      if (!node) return false
      Object.assign(node, copy(props))
      for (const key of unset) delete node[key]
      return true
    },
  ],
  [
    'delete',
    (document, { path = [] }) => {
      const parent = nodeAt(document, path.slice(0, -1))
      const key = path[path.length - 1]
      if (!parent || key === undefined || !Object.hasOwn(parent, key)) return false
      return delete parent[key]
    },
  ],
])

/** Applies one command to a document of its own. @returns whether it applied; a command that did not changed nothing */
export function play(document: object, { command, createdId }: CommandCompletion): boolean {
  return meanings.get(command.action)?.(document as Json, command, createdId) ?? false
}

/** The document after all of a history, as JSON text with its keys in order. */
export function replayText(document: object, completions: readonly CommandCompletion[]): string {
  const state = copy(document)
  for (const completion of completions) play(state, completion)
  return JSON.stringify(state)
}
