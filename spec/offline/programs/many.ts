import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { filter, Subject } from 'rxjs'
import { fileStorage } from '../../../adapters/storage/file/index.ts'
import { type Applied, createClient } from '../../../lib/index.ts'
import { offline } from '../../../lib/offline/index.ts'
import { socketIoTransport } from '../../../transports/socket-io/index.ts'
import type { Lists } from '../../support/scene.ts'
import { commandAt } from './many-commands.ts'

/** What a client with very much to send says of itself. */
export type Report =
  | { readonly type: 'kept'; readonly hold: number }
  | { readonly type: 'pending'; readonly count: number; readonly megabytes: number }
  | { readonly type: 'confirmed'; readonly hold: number; readonly last: string }

const shopping = 'list/shopping'
const [url, folder, count] = process.argv.slice(2) as [string, string, string]
const say = (report: Report) => process.send?.(report)

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
/** The longest that the event loop was held since it was last asked, in milliseconds. */
const longestHold = () => {
  const hold = delay.max / 1e6
  delay.reset()
  return hold
}

const go = new Subject<void>()
const client = createClient<Lists>({
  transport: socketIoTransport(url),
  storage: offline(fileStorage(folder)),
  // Nothing is sent before all is kept.
  flushWhen: () => go,
})
const list = client.open(shopping)
await list.loaded

const ids: string[] = []
let last: Applied | undefined
for (let i = 0; i < Number(count); i++) {
  last = list.apply(commandAt(i, ids))
  if (last.isSuccess && last.createdId !== undefined) ids.push(last.createdId)
  if (i % 200 === 0) await turn()
}
if (!last?.isSuccess) throw new Error(last?.error)
await last.kept
say({ type: 'kept', hold: longestHold() })

const step = Number(count) / 10
list.pending$.pipe(filter((pending) => pending % step === 0)).subscribe((pending) => {
  say({ type: 'pending', count: pending, megabytes: process.memoryUsage().heapUsed / 1e6 })
})
go.next()
await list.flush()
const { type } = await last.settled
say({ type: 'confirmed', hold: longestHold(), last: type })
client.close()
await client.closed
process.disconnect?.()
