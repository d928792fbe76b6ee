import { isUnsafeKey, type Path } from './path.ts'
import { Refusal } from './refusal.ts'

/** How deep a value and how long a path or key may be. */
export interface Bounds {
  readonly depth: number
  readonly path: number
  readonly key: number
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A copy of `value` as JSON would carry it: what JSON drops is dropped, what it writes as null is null, a `toJSON`
 * method is asked. So no replica ever holds what another cannot. Throws a Refusal for what JSON cannot carry, for
 * unsafe keys and for too many levels.
 */
export function copyJson(
  value: unknown,
  bounds: Bounds,
  levels: number = bounds.depth,
  key: string | number = '',
): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      // -0 is written as 0.
      return Number.isFinite(value) ? value + 0 : null
    case 'object':
      return value === null ? null : copyNode(value, bounds, levels, key)
    case 'bigint':
      throw new Refusal('invalid_props', 'A BigInt cannot be carried as JSON: store it as a string.')
    default:
      return undefined
  }
}

const plainValueOf = Object.prototype.valueOf

function copyNode(node: object, bounds: Bounds, levels: number, key: string | number): unknown {
  if (levels === 0)
    throw new Refusal('too_deep', `A value has more than ${bounds.depth} levels (limits.depth), or a cycle.`)
  if (Array.isArray(node)) return copyList(node, bounds, levels - 1)
  const { toJSON } = node as { toJSON?: unknown }
  if (typeof toJSON === 'function') return copyJson(toJSON.call(node, String(key)), bounds, levels - 1, key)
  // One look tells what is plain.
  if (node.valueOf !== plainValueOf && isBoxed(node)) return copyJson(node.valueOf(), bounds, levels - 1)
  const copy: Record<string, unknown> = {}
  for (const name in node) {
    if (!Object.hasOwn(node, name)) continue
    const refused = checkKey(name, bounds)
    if (refused) throw refused
    const item = copyJson((node as Record<string, unknown>)[name], bounds, levels - 1, name)
    if (item !== undefined) copy[name] = item
  }
  return copy
}

// On its own, so that a closure costs lists alone. Spread, so that holes are null too.
const copyList = (list: readonly unknown[], bounds: Bounds, levels: number): unknown[] =>
  [...list].map((item, index) => copyJson(item, bounds, levels, index) ?? null)

/** Whether it is an object around one number, text or boolean, which JSON writes as that. */
const isBoxed = (node: object): boolean => [Number, String, Boolean, BigInt].some((box) => node instanceof box)

/** Why a key may not stand in a document. */
export function checkKey(key: string, bounds: Bounds): Refusal | undefined {
  if (isUnsafeKey(key)) return new Refusal('unsafe_key', `The key ${key} is not allowed: it reaches a prototype.`)
  if (key.length > bounds.key) {
    return new Refusal(
      'too_large',
      `A key of ${key.length} characters; at most ${bounds.key} are allowed (limits.key).`,
    )
  }
  return undefined
}

/** Why something is not a path. */
export function checkPath(path: unknown, bounds: Bounds): Refusal | undefined {
  if (path === undefined) return undefined
  if (!Array.isArray(path)) return new Refusal('invalid_path', 'A path is an array of strings, like ["todos", "42"].')
  if (path.length > bounds.path) {
    return new Refusal(
      'too_deep',
      `A path of ${path.length} segments; at most ${bounds.path} are allowed (limits.path).`,
    )
  }
  for (const segment of path as Path) {
    if (typeof segment !== 'string') return new Refusal('invalid_path', 'Every segment of a path is a string.')
    const refused = checkKey(segment, bounds)
    if (refused) return refused
  }
  return undefined
}
