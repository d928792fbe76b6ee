import type { ClientMessage } from '../../lib/protocol/messages.ts'

/** A message and its text, which is made when it is said. */
export interface Said {
  readonly message: ClientMessage
  readonly text: string
}

/** Characters of one request, if it has more than one message. */
const mostTogether = 65_536

export const encodeSaid = (message: ClientMessage): Said => ({ message, text: JSON.stringify(message) })

/** Removes from the front what goes with one request: at least one message, and no more than a small request holds. */
export function takeTogether(waiting: Said[]): Said[] {
  let size = 0
  const end = waiting.findIndex(({ text }, i) => {
    size += text.length
    return i > 0 && size > mostTogether
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}
