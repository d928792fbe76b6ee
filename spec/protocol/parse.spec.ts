import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { ClientMessage, ServerMessage } from '../../lib/protocol/messages.ts'
import { parseClientMessage, parseServerMessage } from '../../lib/protocol/parse.ts'

const start = { count: 0, mark: '=x' }
const record = {
  seq: 2,
  first: 1,
  position: { count: 1, mark: 'a' },
  outcome: {
    rejected: [{ seq: 1, code: 'rejected', reason: 'No.' }],
    rewritten: [{ seq: 2, props: { title: 'x' } }],
    renamed: [{ seq: 2, id: 'y' }],
  },
}
const about = { document: 'list/shopping', client: 'me' }

const fromClient: ClientMessage[] = [
  { type: 'hello', protocol: 1 },
  { type: 'hello', protocol: 1, token: 't', app: '2.4' },
  { type: 'open', ...about },
  { type: 'open', ...about, position: start },
  { type: 'close', ...about },
  { type: 'flush', ...about, after: 0, from: start, completions: [{ command: { action: 'create' }, createdId: 'x' }] },
]
const fromHost: ServerMessage[] = [
  { type: 'welcome', protocol: 1, features: [], limits: defaultLimits },
  { type: 'snapshot', document: 'list/shopping', client: 'a', position: start, state: {} },
  { type: 'snapshot', document: 'list/shopping', client: 'a', position: start, state: {}, regressed: true },
  {
    type: 'commands',
    ...about,
    from: 0,
    follows: '=x',
    mark: 'a',
    at: 0,
    after: 0,
    last: 2,
    completions: [{ command: { action: 'create' }, createdId: 'x' }],
    rejected: [1],
  },
  { type: 'commands', ...about, from: 0, follows: '=x', mark: 'a', at: 0, after: 0, last: 0, completions: [] },
  { type: 'flushed', ...about, position: start, record: null },
  { type: 'flushed', ...about, position: start, follows: start, record },
  { type: 'error', code: 'gap', message: 'A gap.', ...about, seq: 1, record },
  { type: 'error', code: 'too_many', message: 'Full.' },
]

const copy = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V

/** A message with one place in it made something else, or gone. */
const spoilt = (messages: readonly object[]) =>
  fc
    .tuple(fc.constantFrom(...messages), fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }), fc.anything())
    .map(([message, way, value]) => {
      const spoilt = copy(message) as Record<string, unknown>
      let node = spoilt
      for (const [i, turn] of way.entries()) {
        const keys = Object.keys(node)
        const key = keys[turn % keys.length] as string
        const next = node[key]
        if (i === way.length - 1 || typeof next !== 'object' || next === null || Object.keys(next).length === 0) {
          if (value === undefined) delete node[key]
          else node[key] = value
          break
        }
        node = next as Record<string, unknown>
      }
      return spoilt
    })

describe('What comes in', () => {
  it.each(fromClient.map((message) => [message.type, message] as const))(
    'is understood by a host: %s',
    (_, message) => {
      expect(parseClientMessage(copy(message), defaultLimits)).toEqual(message)
    },
  )

  it.each(fromHost.map((message) => [message.type, message] as const))(
    'is understood by a client: %s',
    (_, message) => {
      expect(parseServerMessage(copy(message))).toEqual(message)
    },
  )

  it('keeps at a host no field that it does not know, nor what it was made of', () => {
    for (const message of fromClient) {
      const more = { ...copy(message), mappedPaths: {}, author: 'eve', count: 7 }
      expect(parseClientMessage(more, defaultLimits)).toEqual(message)
    }
  })

  it('is a message or an error with a code, whatever it is, and throws never', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true }), spoilt(fromClient)),
        (input) => {
          const parsed = parseClientMessage(input, defaultLimits)
          if (parsed.type !== 'error') expect(fromClient.map(({ type }) => type)).toContain(parsed.type)
          else expect(['invalid_message', 'too_large']).toContain(parsed.code)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('is a message or nothing to a client, whatever it is, and throws never', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withBigInt: true, withMap: true }), spoilt(fromHost)), (input) => {
        const parsed = parseServerMessage(input)
        if (parsed) expect(fromHost.map(({ type }) => type)).toContain(parsed.type)
      }),
      { numRuns: 2_000 },
    )
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('is passed over by a client where its numbers do not add up', () => {
    const commands = fromHost.find(({ type }) => type === 'commands') as object
    for (const wrong of [{ last: 1 }, { last: 3 }, { after: 1 }, { rejected: [] }, { last: Number.MAX_SAFE_INTEGER }]) {
      expect(parseServerMessage({ ...commands, ...wrong })).toBeUndefined()
    }
  })

  it('is measured by the host’s own limits', () => {
    const limits = { ...defaultLimits, flushCommands: 2, key: 10 }
    const flush = {
      type: 'flush',
      document: 'list/a',
      client: 'me',
      after: 4,
      from: start,
      completions: Array(3).fill({ command: { action: 'x' } }),
    }
    expect(parseClientMessage(flush, limits)).toEqual({
      type: 'error',
      code: 'too_large',
      message: 'Flush refused: 3 commands, this host takes 2 (limits.flushCommands).',
      document: 'list/a',
      client: 'me',
      seq: 4,
    })
    expect(parseClientMessage({ ...flush, document: 'list/abcdefg' }, limits)).toMatchObject({
      code: 'invalid_message',
    })
  })
})
