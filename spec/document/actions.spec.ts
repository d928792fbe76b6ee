import { describe, expect, it } from '@jest/globals'
import { actionOf, actions, keepCommand, withProps } from '../../lib/document/actions/index.ts'
import { Refusal } from '../../lib/document/refusal.ts'
import { Tree } from '../../lib/document/tree.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'

type Json = Record<string, unknown>

/** Applies what somebody wrote to a document. @returns the document and the answer */
function apply(
  document: object,
  command: unknown,
  ...ids: string[]
): { document: unknown; answer: Refusal | undefined; text: string } {
  const tree = new Tree(document)
  const kept = keepCommand(command, defaultLimits)
  const answer = kept instanceof Refusal ? kept : actionOf(kept)?.apply(tree, kept, (attempt) => ids[attempt])
  return { document: tree.at([]), answer, text: JSON.stringify(tree.at([])) }
}

const codeOf = ({ answer }: { answer: unknown }): string => (answer instanceof Refusal ? answer.code : 'done')

describe('A create', () => {
  it('puts a copy of its props under a new id', () => {
    const props = { title: 'coffee', tags: ['a'] }
    const { document } = apply({ todos: {} }, { action: 'create', path: ['todos'], props }, 'n1')
    props.tags.push('b')
    expect(document).toEqual({ todos: { n1: { title: 'coffee', tags: ['a'] } } })
  })

  it('makes an empty object where it has no props', () => {
    expect(apply({}, { action: 'create' }, 'n1').text).toBe('{"n1":{}}')
  })

  it('takes the next id as long as ids are taken, and a chosen one or none', () => {
    const document = { n1: {}, n2: 0, n3: null }
    expect(apply(document, { action: 'create' }, 'n1', 'n2', 'n3', 'n4').text).toBe(
      '{"n1":{},"n2":0,"n3":null,"n4":{}}',
    )
    expect(codeOf(apply(document, { action: 'create', id: 'n2' }, 'n4'))).toBe('exists')
    expect(apply(document, { action: 'create', id: 'mine' }, 'n4').document).toMatchObject({ mine: {} })
  })

  it('may go by an id that every object inherits', () => {
    expect(apply({}, { action: 'create', id: 'toString' }).text).toBe('{"toString":{}}')
    expect(apply({}, { action: 'create' }, 'hasOwnProperty').text).toBe('{"hasOwnProperty":{}}')
  })

  it('makes its parent from the default where there is none', () => {
    const command = { action: 'create', path: ['todos'], parentDefault: { first: { n: 0 } }, props: { n: 1 } }
    expect(apply({}, command, 'n1').text).toBe('{"todos":{"first":{"n":0},"n1":{"n":1}}}')
    expect(apply({ todos: {} }, command, 'n1').text).toBe('{"todos":{"n1":{"n":1}}}')
    expect(codeOf(apply({}, { ...command, path: ['a', 'todos'] }, 'n1'))).toBe('not_found')
    expect(codeOf(apply({}, { ...command, id: 'first' }))).toBe('exists')
  })

  it('leaves nothing behind where it fails after all', () => {
    const { text } = apply({}, { action: 'create', path: ['todos'], parentDefault: { n1: {} }, id: 'n1' })
    expect(text).toBe('{}')
  })
})

describe('An update', () => {
  it('sets keys of an object and takes keys away', () => {
    const { text } = apply({ a: 1, b: 2, c: 3 }, { action: 'update', props: { b: 0, d: [1] }, unset: ['a', 'nothing'] })
    expect(text).toBe('{"b":0,"c":3,"d":[1]}')
  })

  it('drops undefined props, which would not reach another replica', () => {
    const { document } = apply({ a: 1 }, { action: 'update', props: { a: undefined, b: Number.NaN } })
    expect(document).toStrictEqual({ a: 1, b: null })
  })

  it('fails where there is no object to update', () => {
    const document = { text: 'x', nothing: null, list: [{}] }
    for (const path of [['a'], ['text'], ['nothing'], ['nothing', 'a'], ['list'], ['list', '0'], ['toString']]) {
      expect({ path, code: codeOf(apply(document, { action: 'update', path, props: { a: 1 } })) }).toEqual({
        path,
        code: 'not_found',
      })
    }
  })
})

describe('A delete', () => {
  it('takes away an object, or any other value', () => {
    expect(apply({ a: { b: 1 }, c: null }, { action: 'delete', path: ['a'] }).text).toBe('{"c":null}')
    expect(apply({ a: { b: 1 }, c: null }, { action: 'delete', path: ['c'] }).text).toBe('{"a":{"b":1}}')
  })

  it('fails at the root, at a missing key and inside an array', () => {
    const document = { list: [1, 2], nothing: null }
    const codes = [[], ['a'], ['list', '0'], ['nothing', 'a'], ['a', 'b'], ['toString']].map((path) => {
      const result = apply(document, { action: 'delete', path })
      expect(result.document).toBe(document)
      return codeOf(result)
    })
    expect(codes).toEqual(['invalid_path', 'not_found', 'not_found', 'not_found', 'not_found', 'not_found'])
    expect(codeOf(apply(document, { action: 'delete' }))).toBe('invalid_path')
  })

  it('is still understood as flushout 1 spelled it, and never spelled so again', () => {
    const kept = keepCommand({ action: 'detete', path: ['a'] }, defaultLimits)
    expect(kept).toEqual({ action: 'delete', path: ['a'] })
    expect(apply({ a: 1 }, { action: 'detete', path: ['a'] }).text).toBe('{}')
  })
})

describe('A command from outside', () => {
  it('is refused before it changes anything', () => {
    const refused: [unknown, string][] = [
      [undefined, 'invalid_props'],
      [null, 'invalid_props'],
      [[], 'invalid_props'],
      ['create', 'invalid_props'],
      [{}, 'invalid_props'],
      [{ action: 7 }, 'invalid_props'],
      [{ action: '__proto__' }, 'unsupported'],
      [{ action: 'constructor' }, 'unsupported'],
      [{ action: 'replace', path: [] }, 'unsupported'],
      [{ action: 'update', path: 'todos' }, 'invalid_path'],
      [{ action: 'update', path: null }, 'invalid_path'],
      [{ action: 'update', path: ['__proto__'], props: { polluted: 1 } }, 'unsafe_key'],
      [{ action: 'update', path: ['constructor', 'prototype'], props: { polluted: 1 } }, 'unsafe_key'],
      [{ action: 'update', props: JSON.parse('{"__proto__":{"polluted":1}}') }, 'unsafe_key'],
      [{ action: 'update', props: null }, 'invalid_props'],
      [{ action: 'update', props: [1] }, 'invalid_props'],
      [{ action: 'update', props: 'text' }, 'invalid_props'],
      [{ action: 'update', props: new Date(0) }, 'invalid_props'],
      [{ action: 'update', unset: 'a' }, 'invalid_props'],
      [{ action: 'update', unset: [1] }, 'invalid_props'],
      [{ action: 'update', unset: ['__proto__'] }, 'unsafe_key'],
      [{ action: 'create', props: null }, 'invalid_props'],
      [{ action: 'create', props: 5 }, 'invalid_props'],
      [{ action: 'create', props: new Date(0) }, 'invalid_props'],
      [{ action: 'create', props: { a: 1n } }, 'invalid_props'],
      [{ action: 'create', id: '' }, 'invalid_props'],
      [{ action: 'create', id: 5 }, 'invalid_props'],
      [{ action: 'create', id: '__proto__' }, 'unsafe_key'],
      [{ action: 'create', path: ['a'], parentDefault: [] }, 'invalid_props'],
      [{ action: 'create', path: ['a'], parentDefault: JSON.parse('{"constructor":1}') }, 'unsafe_key'],
      [
        {
          action: 'create',
          props: {
            toJSON: () => {
              throw new Error('no')
            },
          },
        },
        'invalid_props',
      ],
    ]
    for (const [command, code] of refused) {
      const document = {}
      const result = apply(document, command, 'n1')
      expect({ command, code: codeOf(result) }).toEqual({ command, code })
      expect(result.document).toBe(document)
      expect(Object.keys(document)).toEqual([])
    }
    expect(({} as Json).polluted).toBeUndefined()
  })

  it('keeps nothing on it that its action does not know', () => {
    const kept = keepCommand(
      { action: 'delete', path: ['a'], props: { a: 1 }, author: 'me', createdId: 'x' },
      defaultLimits,
    )
    expect(kept).toEqual({ action: 'delete', path: ['a'] })
  })

  it('keeps its parentDefault, its id and its unset when an interceptor gives it other props', () => {
    const create = keepCommand(
      { action: 'create', path: ['a'], parentDefault: { b: 1 }, id: 'x', props: { c: 1 } },
      defaultLimits,
    )
    if (create instanceof Refusal) throw new Error(create.message)
    expect(withProps(create, { d: 2 }, defaultLimits)).toEqual({ ...create, props: { d: 2 } })
    expect(withProps({ action: 'update', unset: ['a'] } as never, { d: 2 }, defaultLimits)).toEqual({
      action: 'update',
      unset: ['a'],
      props: { d: 2 },
    })
  })

  it('names every action there is where it has another', () => {
    const refusal = keepCommand({ action: 'replace' }, defaultLimits)
    expect((refusal as Refusal).message).toBe(`Unknown action; there are ${[...actions.keys()].join(', ')}.`)
  })
})
