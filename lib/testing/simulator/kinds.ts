import { type Context, type DocumentKinds, document } from '../../documents.ts'
import type { Command, Interceptor } from '../../flushout.ts'
import type { Random } from './random.ts'

type Json = Record<string, unknown>

/** What somebody wants to do next, by what they see. Every command is to differ from every other, by its `number`. */
export type CommandMaker = (random: Random, view: object, number: number) => Command

const isNode = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const numberOf = (command: Command): number => Number((command as { props?: { n?: unknown } }).props?.n ?? 0)

/** Rejects some, throws at some, changes some, and counts over the whole document. */
const moody: Interceptor<object, Context> = (view, command) => {
  const n = numberOf(command)
  const size = Object.keys(view).length
  if (n % 17 === 3) return { rejection: `Nobody likes ${n}.` }
  if (n % 41 === 5) throw new Error(`It failed at ${n}.`)
  if (command.action === 'create' && size > 14) return { rejection: `${size} are enough.` }
  if (n > 0 && n % 7 === 2) return { newProps: { ...(command as { props: object }).props, size } }
  return undefined
}

/** The documents of a standard seed. */
export const standardKinds = {
  plain: document({ initial: { a: { x: 1 }, b: {} } }),
  moody: document({ initial: { lists: { x: {} }, 7: {} }, interceptor: moody }),
} satisfies DocumentKinds

/** Few keys, so that commands meet; some stand in front by number. */
const keys = ['a', 'b', 'c', '7', '10', 'x']
const values = [0, 1, 'text', '', null, true, [1, { y: 2 }], { z: {} }]

function wander(random: Random, view: Json): string[] {
  const path: string[] = []
  let node = view
  for (let depth = random.below(4); depth > 0; depth--) {
    const ways = Object.keys(node).filter((key) => isNode(node[key]))
    if (ways.length === 0) break
    const key = random.pick(ways)
    path.push(key)
    node = node[key] as Json
  }
  if (random.chance(0.02)) path.push(random.pick(keys))
  return path
}

/** Creates, updates and deletes, somewhere in any document. */
export const anyCommand: CommandMaker = (random, view, number) => {
  const path = wander(random, view as Json)
  const wish = random.next()
  if (wish < 0.45) {
    return {
      action: 'create',
      path: random.chance(0.1) ? [...path, random.pick(keys)] : path,
      props: { by: number, n: number, ...(random.chance(0.5) && { [random.pick(keys)]: {} }) },
      ...(random.chance(0.2) && { parentDefault: { made: number } }),
      ...(random.chance(0.15) && { id: random.pick(keys) }),
    }
  }
  if (wish < 0.75) {
    return {
      action: 'update',
      path,
      props: { n: number, ...(random.chance(0.7) && { [random.pick(keys)]: random.pick(values) }) },
      ...(random.chance(0.2) && { unset: random.some(keys, 1 + random.below(2)) }),
    }
  }
  return path.length > 0 ? { action: 'delete', path } : { action: 'update', props: { n: number } }
}
