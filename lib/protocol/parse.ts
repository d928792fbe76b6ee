import type { Position } from '../contracts/history.ts'
import { isObject } from '../document/json.ts'
import type { Limits } from './limits.ts'
import type { ClientMessage, Commands, ErrorMessage, ServerMessage } from './messages.ts'

/**
 * The one place that turns what comes from outside into a message, or into the error that answers it. Shapes are checked
 * whole; what a command holds is judged where it is applied, so that a bad one is refused alone.
 */
export function parseClientMessage(input: unknown, limits: Limits): ClientMessage | ErrorMessage {
  if (!isObject(input)) return invalid('A message is a JSON object.')
  const parse =
    typeof input.type === 'string' &&
    Object.hasOwn(clientMessages, input.type) &&
    clientMessages[input.type as ClientMessage['type']]
  if (!parse) return invalid(`Unknown message type; there are ${Object.keys(clientMessages).join(', ')}.`)
  return parse(input, limits)
}

/** The same for a client. `undefined` where it is no message of this version. */
export function parseServerMessage(input: unknown): ServerMessage | undefined {
  if (!isObject(input) || typeof input.type !== 'string' || !Object.hasOwn(serverMessages, input.type)) return undefined
  const isWhole = serverMessages[input.type as ServerMessage['type']]
  return isWhole(input) ? (input as unknown as ServerMessage) : undefined
}

type Raw = Readonly<Record<string, unknown>>

const invalid = (message: string, about: Partial<ErrorMessage> = {}): ErrorMessage => ({
  type: 'error',
  code: 'invalid_message',
  message,
  ...about,
})

const clientMessages: { [T in ClientMessage['type']]: (input: Raw, limits: Limits) => ClientMessage | ErrorMessage } = {
  hello({ protocol, token, app }) {
    if (!isCount(protocol)) return invalid('hello needs a protocol version.')
    if (!isOptionalText(token, 65_536) || !isOptionalText(app, 256))
      return invalid('token and app of a hello are texts.')
    return { type: 'hello', protocol, ...(token !== undefined && { token }), ...(app !== undefined && { app }) }
  },

  open({ document, client, position }, limits) {
    if (!isName(document, limits) || !isName(client, limits)) return invalid('open needs a document and a client.')
    if (position !== undefined && !isPosition(position))
      return invalid('A position is {count, mark}.', { document, client })
    return {
      type: 'open',
      document,
      client,
      ...(position && { position: { count: position.count, mark: position.mark } }),
    }
  },

  close({ document, client }, limits) {
    if (!isName(document, limits) || !isName(client, limits)) return invalid('close needs a document and a client.')
    return { type: 'close', document, client }
  },

  flush({ document, client, after, from, completions }, limits) {
    if (!isName(document, limits) || !isName(client, limits)) return invalid('flush needs a document and a client.')
    const about = { document, client, ...(isCount(after) && { seq: after }) }
    if (!isCount(after)) return invalid('flush needs the seq that it follows: a whole number from 0.', about)
    if (!isPosition(from)) return invalid('flush needs the position that it was made at: {count, mark}.', about)
    if (!Array.isArray(completions) || completions.length === 0 || !completions.every(isCompletion)) {
      return invalid('flush needs completions: a list of at least one {command, createdId?}.', about)
    }
    if (completions.length > limits.flushCommands) {
      const message = `Flush refused: ${completions.length} commands, this host takes ${limits.flushCommands} (limits.flushCommands).`
      return { type: 'error', code: 'too_large', message, ...about }
    }
    return { type: 'flush', document, client, after, from: { count: from.count, mark: from.mark }, completions }
  },
}

type Check = (value: unknown) => boolean

const isText = (value: unknown): value is string => typeof value === 'string'

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isOptionalText = (value: unknown, most: number): value is string | undefined =>
  value === undefined || (isText(value) && value.length <= most)

const isName = (value: unknown, { key }: Limits): value is string =>
  isText(value) && value.length > 0 && value.length <= key

const isPosition = (value: unknown): value is Position =>
  isObject(value) && isCount(value.count) && isText(value.mark) && value.mark.length <= 128

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)

const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

/** An object that has these fields; what else it has is not looked at. */
function shape(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields)
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]))
}

const isCompletion = shape({ command: shape({ action: isText }), createdId: optional(isText) })

/** Whether something is a flush as a manual Proxy sends it. */
export const isBatch: Check = (value) =>
  isObject(value) && isCount(value.from) && listOf(isCompletion)(value.completions)

const isRecord = shape({
  seq: isCount,
  first: isCount,
  position: isPosition,
  outcome: shape({
    rejected: optional(listOf(shape({ seq: isCount, code: isText, reason: isText }))),
    rewritten: optional(listOf(shape({ seq: isCount }))),
    renamed: optional(listOf(shape({ seq: isCount, id: isText }))),
  }),
  hash: optional(isText),
})
const isKnownRecord: Check = (value) => value === null || isRecord(value)

const isCommands = shape({
  document: isText,
  from: isCount,
  follows: isText,
  mark: isText,
  at: isCount,
  client: isText,
  after: isCount,
  last: isCount,
  completions: listOf(isCompletion),
  rejected: optional(listOf(isCount)),
})

const serverMessages: { readonly [T in ServerMessage['type']]: Check } = {
  welcome: shape({ protocol: isCount, features: Array.isArray, limits: isObject }),
  snapshot: shape({ document: isText, client: isText, position: isPosition, state: isObject }),
  commands: (value) => isCommands(value) && coversItsSeqs(value as Commands),
  flushed: shape({
    document: isText,
    client: isText,
    position: isPosition,
    follows: optional(isPosition),
    record: isKnownRecord,
  }),
  error: shape({ code: isText, message: isText, document: optional(isText), record: optional(isKnownRecord) }),
}

/** Each seq is a completion or rejected. */
const coversItsSeqs = ({ after, last, completions, rejected = [] }: Commands): boolean =>
  last - after === completions.length + rejected.length
