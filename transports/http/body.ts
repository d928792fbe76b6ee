import { map, type Observable, tap, throwError, timeout, toArray } from 'rxjs'
import { Refusal } from './reply.ts'
import { type Ask, mediaType } from './wire.ts'

export interface BodyBounds {
  /** Bytes of one message. */
  readonly maxMessageBytes: number
  /** Bytes of one request. */
  readonly maxBytes: number
  /** Milliseconds that it may take to arrive. */
  readonly time: number
}

/** Behind a refused body more may come, which nobody reads. */
const last = { connection: 'close' }

/** Looks at what the headers say of the body. Throws a Refusal. */
export function checkHeaders(header: (name: string) => string | undefined, { maxBytes }: BodyBounds): void {
  const [type = ''] = (header('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== mediaType) {
    throw new Refusal(415, 'invalid_message', `The content type must be ${mediaType}.`, last)
  }
  if ((header('content-encoding') ?? 'identity') !== 'identity') {
    throw new Refusal(415, 'invalid_message', 'A compressed body is not understood.', last)
  }
  if (Number(header('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes)
}

/** Gathers the body, never more than it may be, and reads it. Errors with a Refusal. */
export function readAsk(chunks: Observable<Uint8Array>, bounds: BodyBounds): Observable<Ask> {
  let size = 0
  const slow = () => new Refusal(408, 'invalid_message', `The body did not arrive within ${bounds.time} ms.`, last)
  return chunks.pipe(
    tap(({ byteLength }) => {
      size += byteLength
      if (size > bounds.maxBytes) throw tooLarge(bounds.maxBytes)
    }),
    toArray(),
    timeout({ first: bounds.time, with: () => throwError(slow) }),
    map((parts) => askOf(parse(joined(parts, size)), size, bounds)),
  )
}

/** Checks what is not yet a message. Throws a Refusal. */
export function askOf(input: unknown, size: number, { maxMessageBytes }: BodyBounds): Ask {
  const { resume = [], say = [], wait } = isObject(input) ? input : { say: null }
  if (!isListOfObjects(resume) || !isListOfObjects(say) || !isOptionalCount(wait)) {
    const shape = 'A request is {"resume": [messages], "say": [messages], "wait": milliseconds}.'
    throw new Refusal(400, 'invalid_message', shape)
  }
  if (size > maxMessageBytes && [...resume, ...say].some((message) => sizeOf(message) > maxMessageBytes)) {
    throw tooLarge(maxMessageBytes)
  }
  return { resume, say, ...(wait !== undefined && { wait }) }
}

const tooLarge = (most: number): Refusal =>
  new Refusal(413, 'invalid_message', `Message refused: this host takes ${most} bytes.`, last)

const utf8 = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    throw new Refusal(400, 'invalid_message', 'The body is not JSON.')
  }
}

/** Too deep to be written is too large as well. */
function sizeOf(message: unknown): number {
  try {
    return encoder.encode(JSON.stringify(message)).byteLength
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isListOfObjects = (value: unknown): value is Record<string, unknown>[] =>
  Array.isArray(value) && value.every(isObject)

const isOptionalCount = (value: unknown): value is number | undefined =>
  value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
