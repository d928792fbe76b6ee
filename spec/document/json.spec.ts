import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Bounds, checkPath, copyJson } from '../../lib/document/json.ts'
import { Refusal } from '../../lib/document/refusal.ts'

const bounds: Bounds = { depth: 10, path: 4, key: 20 }

const asJson = (value: unknown): unknown => {
  const text = JSON.stringify(value) as string | undefined
  return text === undefined ? undefined : (JSON.parse(text) as unknown)
}

function refusal(fn: () => unknown): string {
  try {
    const result = fn()
    return result instanceof Refusal ? result.code : 'taken'
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

const anything = fc.anything({
  withDate: true,
  withSparseArray: true,
  withMap: true,
  withBoxedValues: true,
  maxDepth: 4,
  key: fc.string({ maxLength: 10 }).filter((key) => !['__proto__', 'constructor', 'prototype', 'toJSON'].includes(key)),
})

describe('A value from outside', () => {
  it('is copied as JSON would carry it, so that no replica holds what another cannot', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const copy = copyJson(value, { ...bounds, key: 1000 })
        expect(JSON.stringify(copy)).toBe(JSON.stringify(asJson(value)))
        expect(copy).toStrictEqual(asJson(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('is what it is where it stands in a box', () => {
    const boxes = [new Number(5), new String('hi'), new Boolean(false), Object(Number.NaN)]
    expect(copyJson({ boxes }, bounds)).toStrictEqual({ boxes: [5, 'hi', false, null] })
    expect(refusal(() => copyJson({ big: Object(10n) }, bounds))).toBe('invalid_props')
  })

  it('is asked for what it is by the key that it stands under', () => {
    const keyed = () => ({ toJSON: (key: unknown) => ({ key }) })
    const value = () => ({ a: keyed(), list: [keyed(), keyed()] })
    expect(copyJson(value(), bounds)).toStrictEqual(asJson(value()))
    expect(copyJson(keyed(), bounds)).toStrictEqual(asJson(keyed()))
  })

  it('shares nothing with its copy', () => {
    const value = { list: [{ a: 1 }], node: { b: 2 } }
    const copy = copyJson(value, bounds) as typeof value
    value.list[0] = { a: 9 }
    value.node.b = 9
    expect(copy).toEqual({ list: [{ a: 1 }], node: { b: 2 } })
  })

  it('loses what JSON loses: undefined, functions, NaN, -0 and holes', () => {
    const withHole = [undefined, 0, 1]
    delete withHole[1]
    const value = {
      a: undefined,
      b: () => 1,
      c: Number.NaN,
      d: Number.POSITIVE_INFINITY,
      e: -0,
      f: withHole,
      g: new Date(0),
      h: Symbol('s'),
    }
    const copy = copyJson(value, bounds) as Record<string, unknown>
    expect(copy).toStrictEqual({ c: null, d: null, e: 0, f: [null, null, 1], g: '1970-01-01T00:00:00.000Z' })
    expect(Object.is(copy.e, 0)).toBe(true)
    expect(1 in (copy.f as unknown[])).toBe(true)
  })

  it('is refused where it reaches a prototype', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      expect(refusal(() => copyJson(JSON.parse(`{"a":[{"${key}":{"polluted":1}}]}`), bounds))).toBe('unsafe_key')
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('may have keys that only look special', () => {
    const value = { then: 1, valueOf: 'x', hasOwnProperty: true, toString: null, toJSON: { a: 1 } }
    expect(copyJson(value, bounds)).toStrictEqual({ ...value })
  })

  it('is refused where it is too deep, in a cycle, or has too long a key', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
    expect(refusal(() => copyJson(nested(10), bounds))).toBe('taken')
    expect(refusal(() => copyJson(nested(11), bounds))).toBe('too_deep')
    const cycle: Record<string, unknown> = {}
    cycle.again = [cycle]
    expect(refusal(() => copyJson(cycle, bounds))).toBe('too_deep')
    expect(refusal(() => copyJson({ ['k'.repeat(21)]: 1 }, bounds))).toBe('too_large')
    expect(refusal(() => copyJson({ big: 10n }, bounds))).toBe('invalid_props')
  })
})

describe('A path from outside', () => {
  it('is a short array of short texts that reach no prototype', () => {
    expect(checkPath(undefined, bounds)).toBeUndefined()
    expect(checkPath(['', '.', '/', 'a,b'], bounds)).toBeUndefined()
    expect(checkPath(['*', '\0', '..', '7'], bounds)).toBeUndefined()
    const refused: [unknown, string][] = [
      ['todos', 'invalid_path'],
      [null, 'invalid_path'],
      [{ length: 0 }, 'invalid_path'],
      [[1], 'invalid_path'],
      [[['a']], 'invalid_path'],
      [[null], 'invalid_path'],
      [new Array(2), 'invalid_path'],
      [['a', '__proto__'], 'unsafe_key'],
      [['constructor', 'prototype'], 'unsafe_key'],
      [['1', '2', '3', '4', '5'], 'too_deep'],
      [['k'.repeat(21)], 'too_large'],
    ]
    for (const [path, code] of refused) expect({ path, code: checkPath(path, bounds)?.code }).toEqual({ path, code })
  })
})
