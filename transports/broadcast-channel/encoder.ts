import type { ServerMessage } from '../../lib/protocol/messages.ts'

/** Makes the text of a message once, however many sessions say it. */
export function encoder(): (message: ServerMessage) => string {
  const texts = new WeakMap<ServerMessage, string>()
  return (message) => {
    const text = texts.get(message) ?? JSON.stringify(message)
    texts.set(message, text)
    return text
  }
}
