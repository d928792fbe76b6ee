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

const look = async (): Promise<Look> => ({
  bytes: await bytesKept(),
  over: source.sessions.map(({ isOver }) => isOver),
})

process.on('message', (ask: Ask) => {
  if (ask === 'look') return void look().then((seen) => process.send?.(seen))
  const message = commands(ask.from, ask.bytes)
  for (const session of source.sessions) session.say(message)
})
process.once('disconnect', () => void host.close())
process.send?.(host.port)
