import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Action, type KeptCommand, notFound } from '../../lib/document/actions/action.ts'
import { actions } from '../../lib/document/actions/index.ts'
import { checkKey } from '../../lib/document/json.ts'
import { Refusal } from '../../lib/document/refusal.ts'
import { type Command, Master, Proxy } from '../../lib/index.ts'
import { arbitraryPath, arbitraryWish, type Wish, walk, wishing } from '../support/arbitrary-commands.ts'
import { replicaLaw, treeLaw } from '../support/engine-laws.ts'
import { meanings, nodeAt } from '../support/plain-replay.ts'

interface Increment extends KeptCommand {
  readonly key: string
  readonly by: number
}

/** Adds to the number at a key: what is no number counts as 0. */
const increment: Action<Increment> = {
  check({ key, by }, bounds, kept) {
    if (typeof key !== 'string' || typeof by !== 'number' || !Number.isFinite(by)) {
      throw new Refusal('invalid_props', 'An increment has a key and a number.')
    }
    const refused = checkKey(key, bounds)
    if (refused) throw refused
    kept.key = key
    kept.by = by
  },

  apply(tree, { path = [], key, by }, _names, inverse) {
    if (!tree.object(path)) return notFound(tree, path)
    const known = tree.at([...path, key])
    tree.set(path, key, (typeof known === 'number' ? known : 0) + by, inverse)
    return undefined
  },
}

const arbitraryIncrement: fc.Arbitrary<Wish> = fc
  .record({ turns: arbitraryPath, turn: fc.nat(9), by: fc.integer({ min: -3, max: 3 }) })
  .map(
    wishing(({ turns, turn, by }, document) => {
      const { path, node = {} } = walk(document, turns)
      const keys = [...Object.keys(node), 'n']
      return { action: 'increment', path, key: keys[turn % keys.length], by } as unknown as Command
    }),
  )

const wishes = fc.oneof({ weight: 3, arbitrary: arbitraryWish }, { weight: 2, arbitrary: arbitraryIncrement })
const incrementBy = (by: number): Command => ({ action: 'increment', key: 'n', by }) as unknown as Command

describe('An action that is added through the table alone', () => {
  beforeAll(() => {
    actions.set('increment', increment)
    meanings.set('increment', (document, command) => {
      const { path = [], key, by } = command as unknown as Increment
      const node = nodeAt(document, path)
      if (!node) return false
      const known = Object.hasOwn(node, key) ? node[key] : 0
      node[key] = (typeof known === 'number' ? known : 0) + by
      return true
    })
  })

  afterAll(() => {
    actions.delete('increment')
    meanings.delete('increment')
  })

  it('is undone like every other', () => {
    fc.assert(treeLaw(wishes), { numRuns: 1000 })
  })

  it('is rebased like every other', () => {
    fc.assert(replicaLaw(wishes), { numRuns: 500 })
  })

  it('adds up what several people counted meanwhile', async () => {
    const snapshot = { commandCount: 0, document: { n: 1 } }
    const master = new Master(structuredClone(snapshot))
    const proxies = [1, 10, 100].map((by) => {
      const proxy = new Proxy(structuredClone(snapshot))
      expect(proxy.apply(incrementBy(by)).isSuccess).toBe(true)
      return proxy
    })
    for (const proxy of proxies) proxy.endFlush((await master.apply(proxy.beginFlush())).sync)
    expect(master.getSnapshot()).toEqual({ commandCount: 3, document: { n: 112 } })
    expect(proxies.map((proxy) => proxy.getDocument().n)).toEqual([2, 12, 112])
  })

  it('is checked before it is applied', () => {
    const proxy = new Proxy({ commandCount: 0, document: {} })
    expect(proxy.apply(incrementBy(Number.NaN))).toMatchObject({ isSuccess: false, code: 'invalid_props' })
    expect(proxy.getDocument()).toEqual({})
  })
})
