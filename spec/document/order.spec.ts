import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Edit, Inverse, Tree } from '../../lib/document/tree.ts'
import { freezeDeep } from '../support/freeze.ts'

type Json = Record<string, unknown>

const wide: Json = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`k${i}`, i]))

/** Few keys, so that one that went comes again: some stood there in the beginning. */
const key = fc.constantFrom('k3', 'k129', 'x', 'y', '7')
const arbitrarySteps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ set: key }) },
    { weight: 2, arbitrary: fc.record({ remove: key }) },
    { weight: 2, arbitrary: fc.record({ undo: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 2, arbitrary: fc.constant('look' as const) },
  ),
  { minLength: 4, maxLength: 30 },
)

const textOf = (tree: Tree): string => JSON.stringify(tree.at([]))

describe('The order of the keys of a wide object', () => {
  it('is that of a plain object, whatever comes, goes and is taken back, however often it is copied', () => {
    const law = fc.property(arbitrarySteps, (steps) => {
      const tree = new Tree(freezeDeep({ ...wide }))
      const plain = { ...wide }
      const done: { before: [string, unknown][]; edits: Edit | undefined }[] = []
      const shown: { value: unknown; text: string }[] = []
      const edit = (change: (inverse: Inverse) => void) => {
        const inverse = new Inverse()
        change(inverse)
        done.push({ before: Object.entries(plain), edits: inverse.edits })
      }
      steps.forEach((step, i) => {
        if (step === 'look') {
          const value = freezeDeep(tree.expose([]))
          shown.push({ value, text: JSON.stringify(value) })
        } else if ('set' in step) {
          edit((inverse) => tree.set([], step.set, i, inverse))
          plain[step.set] = i
        } else if ('remove' in step) {
          edit((inverse) => tree.remove([], step.remove, inverse))
          delete plain[step.remove]
        } else {
          for (const { edits, before } of done.splice(-step.undo).reverse()) {
            tree.undo(edits)
            for (const name of Object.keys(plain)) delete plain[name]
            Object.assign(plain, Object.fromEntries(before))
          }
          tree.restoreOrder()
        }
        expect(textOf(tree)).toBe(JSON.stringify(plain))
      })
      for (const { value, text } of shown) expect(JSON.stringify(value)).toBe(text)
    })
    fc.assert(law, { numRuns: 1500 })
  })

  it('is right where what came first is taken back under what came later', () => {
    const tree = new Tree(freezeDeep({ ...wide }))
    const [first, again] = [new Inverse(), new Inverse()]
    tree.set([], 'x', 1, first)
    tree.set([], 'y', 2)
    tree.expose([])
    tree.undo(first.edits)
    tree.set([], 'x', 3, again)
    tree.expose([])
    tree.set([], 'k0', 4)
    expect(Object.keys(tree.at([]) as Json)).toEqual([...Object.keys(wide), 'y', 'x'])
  })

  it('is kept without what is not an own key any more, and with what an old history left in it', () => {
    const old = JSON.parse('{"__proto__":{"polluted":true}}') as Json
    const tree = new Tree({ todos: { ...wide, toString: 'text' }, old: { ...wide, ...old } })
    tree.expose([])
    tree.remove(['todos'], 'toString')
    tree.set(['old'], 'k0', 0)
    tree.expose([])
    tree.set(['todos'], 'k0', 0)
    tree.set(['old'], 'k0', 1)
    expect(Object.keys(tree.at(['todos']) as Json)).toEqual(Object.keys(wide))
    expect(Object.getPrototypeOf(tree.at(['todos']))).toBe(Object.prototype)
    expect(Object.getPrototypeOf(tree.at(['old']))).toBe(Object.prototype)
    expect(textOf(tree)).toContain('"__proto__":{"polluted":true}')
  })
})
