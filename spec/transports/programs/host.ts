import { commands, greeting } from '../../support/listeners.ts'
import { bytesKept } from '../../support/memory.ts'
import { socketIoHost } from '../../support/socket-io-fixture.ts'

/** What it is asked: to say a batch of so many bytes to all, or how it is. */
export type Ask = { readonly from: number; readonly bytes: number } | 'look'

/** How it is: the bytes that it holds, and which sessions are over, in the order they began. */
export interface Look {
  readonly bytes: number
  readonly over: readonly boolean[]
}

const source = greeting()
const host = await socketIoHost(source)

process.on('message', async (ask: Ask) => {
  if (ask === 'look') {
    const look: Look = { bytes: await bytesKept(), over: source.sessions.map(({ isOver }) => isOver) }
    process.send?.(look)
  } else {
    const message = commands(ask.from, ask.bytes)
    for (const session of source.sessions) session.say(message)
  }
})
process.once('disconnect', () => host.close())
process.send?.(host.port)
