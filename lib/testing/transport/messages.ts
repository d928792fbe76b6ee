import type { ClientMessage, Commands, ServerMessage } from '../../protocol/messages.ts'

/** A small message of a client, known by its number. */
export function asked(number: number, client = 'one'): ClientMessage {
  return { type: 'close', document: `list/${number}`, client }
}

/** A small message of a host, known by its number. */
export function told(number: number): ServerMessage {
  return { type: 'error', code: 'refused', message: 'Not now.', document: `list/${number}` }
}

/** The numbers `from … to`, both included. */
export function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** A message that is exactly so many bytes of JSON. */
export function sized(bytes: number): ClientMessage {
  const empty = JSON.stringify({ type: 'hello', protocol: 1, app: '' }).length
  return { type: 'hello', protocol: 1, app: 'x'.repeat(bytes - empty) }
}

/** Every kind of JSON value, keys and characters that are easily lost, numbers at their limits. */
export function everyValue(): Commands {
  const props = JSON.parse(
    '{"__proto__":{"polluted":true},"toJSON":"data","then":1,"42":"first","":null,"nested":[[],{},[null,false,[1.5e-7]]]}',
  )
  props.text = 'a,"b"\\\u2028\u0000\u007f ß 漢字 👩‍🚀 \ud800 <script>'
  props.numbers = [0, -1, 2 ** 53, 1e21, 5e-324, Number.MAX_VALUE]
  return {
    type: 'commands',
    document: 'list/a/b "c" 漢',
    from: 7,
    follows: 'before',
    mark: 'after',
    at: 1_700_000_000_000,
    client: 'two',
    after: 0,
    last: 1,
    completions: [{ command: { action: 'create', path: ['todos'], props }, createdId: 'x' }],
  }
}

/** Whether any object or array is part of both. */
export function sharesObjects(one: unknown, other: unknown): boolean {
  const parts = new Set(objectsIn(one))
  return objectsIn(other).some((part) => parts.has(part))
}

function objectsIn(value: unknown): readonly object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...Object.values(value).flatMap(objectsIn)]
}
