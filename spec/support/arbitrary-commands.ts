import fc from 'fast-check'
import type { Command } from '../../lib/flushout.ts'

type Json = Record<string, unknown>

/** Few keys, so that commands meet: plain ones, those that stand in front by number, and those that look like something else. */
const keys = [
  'a',
  'b',
  'c',
  'todos',
  '7',
  '10',
  '1',
  '4294967294',
  '4294967295',
  '01',
  'x,y',
  'a/b',
  '',
  'toJSON',
  'hasOwnProperty',
]

const arbitraryKey = fc.constantFrom(...keys)
const primitive = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom('', 'text', null, true, false, 0.5))

const { value, record } = fc.letrec<{ value: unknown; record: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    primitive,
    tie('record'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  record: fc.dictionary(arbitraryKey, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))

/** A JSON object of nested records, primitives and arrays. */
export const arbitraryDocument: fc.Arbitrary<Json> = fc.dictionary(arbitraryKey, fc.oneof(record, value), {
  minKeys: 1,
  maxKeys: 6,
  noNullPrototype: true,
})

/** A wish that becomes a command when it meets a document, so that most commands find what they name. */
export type Wish = (document: object) => Command

/** Leads down from the root by the keys that lead to objects; now and then astray. */
export const arbitraryPath = fc.array(fc.record({ turn: fc.nat(20), astray: fc.nat(11), key: arbitraryKey }), {
  maxLength: 3,
})
export type Turns = readonly { readonly turn: number; readonly astray: number; readonly key: string }[]

/** A wish that a failing run prints as what it was made of. */
export const wishing =
  <D>(make: (data: D, document: object) => Command) =>
  (data: D): Wish =>
    Object.assign((document: object) => make(data, document), { [fc.toStringMethod]: () => JSON.stringify(data) })

const isNode = (item: unknown): item is Json => typeof item === 'object' && item !== null && !Array.isArray(item)

export function walk(document: object, turns: Turns): { path: string[]; node: Json | undefined } {
  const path: string[] = []
  let node: unknown = document
  for (const { turn, astray, key } of turns) {
    const ways = isNode(node) ? Object.keys(node).filter((way) => isNode((node as Json)[way])) : []
    const next = astray === 0 || ways.length === 0 ? key : (ways[turn % ways.length] as string)
    if (ways.length === 0 && astray > 3) break
    path.push(next)
    node = isNode(node) && Object.hasOwn(node, next) ? node[next] : undefined
  }
  return { path, node: isNode(node) ? node : undefined }
}

const pick = (node: Json | undefined, turn: number, otherwise: string): string => {
  const known = node ? Object.keys(node) : []
  return known.length > 0 ? (known[turn % known.length] as string) : otherwise
}

const arbitraryCreate: fc.Arbitrary<Wish> = fc
  .record({
    turns: arbitraryPath,
    props: fc.option(record, { nil: undefined }),
    parentDefault: fc.option(record, { nil: undefined, freq: 3 }),
    id: fc.option(arbitraryKey, { nil: undefined, freq: 3 }),
  })
  .map(
    wishing(({ turns, props, parentDefault, id }, document) => ({
      action: 'create',
      path: walk(document, turns).path,
      ...(props && { props }),
      ...(parentDefault && { parentDefault }),
      ...(id && { id }),
    })),
  )

const arbitraryUpdate: fc.Arbitrary<Wish> = fc
  .record({
    turns: arbitraryPath,
    props: fc.option(record, { nil: undefined, freq: 6 }),
    known: fc.option(fc.record({ turn: fc.nat(20), to: value }), { nil: undefined, freq: 2 }),
    unset: fc.array(fc.record({ turn: fc.nat(20), key: arbitraryKey, astray: fc.boolean() }), { maxLength: 2 }),
  })
  .map(
    wishing(({ turns, props, known, unset }, document) => {
      const { path, node } = walk(document, turns)
      return {
        action: 'update',
        path,
        props: { ...props, ...(known && { [pick(node, known.turn, 'a')]: known.to }) },
        ...(unset.length > 0 && {
          unset: unset.map(({ turn, key, astray }) => (astray ? key : pick(node, turn, key))),
        }),
      }
    }),
  )

const arbitraryDelete: fc.Arbitrary<Wish> = fc
  .record({ turns: arbitraryPath, turn: fc.nat(20), key: arbitraryKey })
  .map(
    wishing(({ turns, turn, key }, document) => {
      const { path, node } = walk(document, turns)
      return { action: 'delete', path: [...path, pick(node, turn, key)] }
    }),
  )

export const arbitraryWish: fc.Arbitrary<Wish> = fc.oneof(arbitraryCreate, arbitraryUpdate, arbitraryDelete)
