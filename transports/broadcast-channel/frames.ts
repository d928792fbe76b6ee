/** What one end of a line says to the other. */
export type Frame =
  /** The client's first: whoever accepted its call is taken, and the session begins. */
  | { readonly type: 'begin' }
  /** A message of the protocol, as JSON. */
  | { readonly type: 'say'; readonly text: string }
  /** Is anybody there, who has taken all that was said so far? */
  | { readonly type: 'ask' }
  | { readonly type: 'answer' }
  /** The session is over. */
  | { readonly type: 'end' }
  /** The line is broken, as one end sees it. */
  | { readonly type: 'lost' }

/** A frame on its way. Those of one direction are numbered, from 0: what is missing or comes twice is noticed. */
export type Sent = Frame & { readonly from: string; readonly to: string; readonly number: number }

/** What is said on the channel of the name that is served, where everybody hears it. */
export type Notice =
  /** A client looks for a host; it listens on the channel of this session. */
  | { readonly type: 'call'; readonly session: string }
  /** A host listens there, too. */
  | { readonly type: 'accept'; readonly session: string; readonly host: string }
  /** A host is there from now on. */
  | { readonly type: 'here' }

const frameTypes: readonly unknown[] = ['begin', 'say', 'ask', 'answer', 'end', 'lost'] satisfies Frame['type'][]

/** What came as a frame, or nothing: anybody of the same origin may post anything. */
export function frameIn(data: unknown): Sent | undefined {
  const { type, from, to, number, text } = fieldsOf(data)
  const isFrame = frameTypes.includes(type) && isName(from) && isName(to) && Number.isSafeInteger(number)
  return isFrame && (type !== 'say' || typeof text === 'string') ? (data as Sent) : undefined
}

export function noticeIn(data: unknown): Notice | undefined {
  const { type, session, host } = fieldsOf(data)
  const isNotice =
    type === 'here' || (type === 'call' && isName(session)) || (type === 'accept' && isName(session) && isName(host))
  return isNotice ? (data as Notice) : undefined
}

const fieldsOf = (data: unknown): Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}

const isName = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= 64

/** Where the two ends of one session speak. */
export const channelOf = (name: string, session: string): string => `${name}/${session}`
