import type { Commands, ServerMessage } from '../../lib/protocol/messages.ts'

/** Makes the text of a message. */
export type Encode = (message: ServerMessage) => string

/** Characters of batches that are kept for those who come for them a little later. */
const room = 4_000_000

/**
 * Makes the text of a message once, however many sessions tell it: by the object that they share, and a batch by its
 * name, for who was between two polls gets it out of the history as another object.
 */
export function encoder(): Encode {
  const byMessage = new WeakMap<ServerMessage, string>()
  const byBatch = new Map<string, string>()
  let kept = 0

  function encodeBatch(batch: Commands): string {
    const key = `${batch.mark} ${batch.document}`
    const known = byBatch.get(key)
    if (known !== undefined) return known
    const text = JSON.stringify(batch)
    byBatch.set(key, text)
    kept += text.length
    for (const [oldest, { length }] of byBatch) {
      if (kept <= room) break
      byBatch.delete(oldest)
      kept -= length
    }
    return text
  }

  return (message) => {
    const known = byMessage.get(message)
    if (known !== undefined) return known
    const text = message.type === 'commands' ? encodeBatch(message) : JSON.stringify(message)
    byMessage.set(message, text)
    return text
  }
}
