import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Edit, Inverse, Tree } from '../../lib/document/tree.ts'
import { arbitraryDocument, arbitraryWish } from '../support/arbitrary-commands.ts'
import { textOf, treeLaw } from '../support/engine-laws.ts'
import { freezeDeep } from '../support/freeze.ts'

type Json = Record<string, unknown>

const wide = (count: number): Json => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, { i }]))

/** Every object of the tree, the root included, by its path. */
function pathsOf(node: unknown, path: readonly string[] = []): string[][] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return []
  return [[...path], ...Object.entries(node).flatMap(([key, below]) => pathsOf(below, [...path, key]))]
}

/** Takes a key away. @returns what brings it back */
function removing(tree: Tree, path: readonly string[], key: string): Edit | undefined {
  const inverse = new Inverse()
  tree.remove(path, key, inverse)
  return inverse.edits
}

describe('A tree', () => {
  it('means what a plain replay means, takes back whatever was done, and never changes what it showed', () => {
    fc.assert(treeLaw(arbitraryWish), { numRuns: 3000 })
  })

  it('copies nothing that it made itself and nobody has seen, but for small objects with nothing in them', () => {
    fc.assert(
      fc.property(arbitraryDocument, fc.boolean(), (document, isWide) => {
        const tree = new Tree(freezeDeep(document))
        const paths = pathsOf(document)
        for (const path of paths) {
          for (let i = 0; isWide && i < 9; i++) tree.set(path, `wide${i}`, i)
          tree.set(path, 'mark', 1)
        }
        freezeDeep(tree.expose([]))
        for (const path of paths) tree.set(path, 'mark', 2)
        const isRemembered = (path: string[]) => isWide || pathsOf(tree.at(path)).length > 1
        const made = pathsOf(tree.at([]))
          .filter(isRemembered)
          .map((path) => ({ path, node: tree.at(path) }))
        const inverse = new Inverse()
        for (const { path } of made) {
          tree.set(path, 'new', 2, inverse)
          tree.remove(path, 'mark', inverse)
        }
        tree.undo(inverse.edits)
        tree.restoreOrder()
        for (const { path, node } of made) expect(tree.at(path)).toBe(node)
      }),
      { numRuns: 200 },
    )
  })

  it('copies what somebody has seen once, however often it is written', () => {
    const tree = new Tree({ todos: { a: { n: 0 }, b: { n: 0 } } })
    tree.set(['todos', 'a'], 'n', 1)
    const seen = tree.expose([]) as { todos: { a: object; b: object } }
    tree.set(['todos', 'a'], 'n', 2)
    const copies = [[], ['todos'], ['todos', 'a']].map((path) => tree.at(path))
    tree.set(['todos', 'a'], 'n', 3)
    expect([[], ['todos'], ['todos', 'a']].map((path) => tree.at(path))).toEqual(copies)
    expect(tree.at(['todos', 'a'])).toBe(copies[2])
    expect(tree.at([])).not.toBe(seen)
    expect(seen.todos.a).toEqual({ n: 1 })
    expect(tree.at(['todos', 'b'])).toBe(seen.todos.b)
  })

  it('does not expose a wide record because one of its entries was looked at', () => {
    const tree = new Tree({ todos: wide(100) })
    tree.set(['todos', 'k7'], 'i', -7)
    const record = tree.at(['todos'])
    const seen = tree.expose(['todos', 'k7'])
    tree.set(['todos', 'k7'], 'i', 0)
    tree.set(['todos'], 'k100', {})
    expect(tree.at(['todos'])).toBe(record)
    expect(seen).toEqual({ i: -7 })
  })

  it('keeps what was exposed while it was away when it comes back', () => {
    const tree = new Tree({ todos: {} })
    tree.set(['todos'], 'a', { n: 0 })
    tree.set(['todos', 'a'], 'n', 1)
    const seen = freezeDeep(tree.expose([]))
    const removed = removing(tree, ['todos'], 'a')
    tree.expose([])
    tree.undo(removed)
    tree.restoreOrder()
    tree.set(['todos', 'a'], 'n', 2)
    expect(seen).toEqual({ todos: { a: { n: 1 } } })
    expect(tree.at([])).toEqual({ todos: { a: { n: 2 } } })
  })

  it('puts a deleted key back where it stood, also inside a record that goes again at once', () => {
    const tree = new Tree({ todos: { a: 1, b: 2, c: 3 }, title: '' })
    const first = removing(tree, ['todos'], 'a')
    const second = removing(tree, [], 'todos')
    tree.undo(second)
    tree.undo(first)
    const again = removing(tree, [], 'todos')
    tree.restoreOrder()
    tree.undo(again)
    tree.restoreOrder()
    expect(textOf(tree)).toBe('{"todos":{"a":1,"b":2,"c":3},"title":""}')
  })

  it('finds the place of a key that went, came anew and went again', () => {
    const tree = new Tree({ a: 1, b: 2, c: 3 })
    const steps = [
      (inverse: Inverse) => tree.remove([], 'b', inverse),
      (inverse: Inverse) => tree.set([], 'b', 'anew', inverse),
      (inverse: Inverse) => tree.remove([], 'b', inverse),
      (inverse: Inverse) => tree.remove([], 'a', inverse),
    ]
    const texts: string[] = []
    const edits = steps.map((step) => {
      texts.push(textOf(tree))
      const inverse = new Inverse()
      step(inverse)
      return inverse.edits
    })
    expect(textOf(tree)).toBe('{"c":3}')
    for (const edit of edits.reverse()) {
      tree.undo(edit)
      tree.restoreOrder()
      expect(textOf(tree)).toBe(texts.pop())
    }
  })

  it('finds the place of a key after ten thousand others came and went', () => {
    const tree = new Tree({ todos: wide(10) })
    for (let i = 0; i < 10_000; i++) {
      tree.set(['todos'], `n${i}`, {})
      tree.remove(['todos'], `n${i}`)
    }
    tree.undo(removing(tree, ['todos'], 'k3'))
    tree.restoreOrder()
    expect(Object.keys(tree.at(['todos']) as Json)).toEqual(Object.keys(wide(10)))
  })

  it('sees own keys only, and no way into arrays, texts or null', () => {
    const tree = new Tree({ list: [{ a: 1 }], text: 'abc', nothing: null })
    for (const path of [
      ['list', '0'],
      ['text', 'length'],
      ['nothing', 'a'],
      ['toString'],
      ['__proto__'],
      ['constructor', 'name'],
    ]) {
      expect(tree.at(path)).toBeUndefined()
      expect(tree.object(path)).toBeUndefined()
    }
  })

  it('sets no prototype, whatever an old history says', () => {
    const tree = new Tree({})
    const inverse = new Inverse()
    tree.set([], '__proto__', { polluted: true }, inverse)
    expect((tree.at([]) as Json).polluted).toBeUndefined()
    expect(Object.getPrototypeOf(tree.at([]))).toBe(Object.prototype)
    tree.undo(inverse.edits)
    expect(textOf(tree)).toBe('{}')
  })
})
