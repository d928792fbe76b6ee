import type { Transport } from 'millrace'
import { broadcastChannelTransport } from 'millrace/transports/broadcast-channel'
import { defer } from 'rxjs'
import { channel } from './lists-channel.ts'

const transport = broadcastChannelTransport(channel)
let isHosted = false

/** Whether lists of this browser live as long as any of its tabs; where there are no such workers, as long as the first. */
export const hasWorkers = 'SharedWorker' in globalThis

/** Reaches the host that all tabs of this browser have among them, and sees to it that there is one. */
export const inThisBrowser: Transport = (outgoing) =>
  defer(() => {
    if (!isHosted) host()
    isHosted = true
    return transport(outgoing)
  })

function host(): void {
  if (hasWorkers) new SharedWorker(new URL('./hosting-worker.ts', import.meta.url), { type: 'module' })
  else void import('./hosting.ts').then(({ hostLists }) => hostLists())
}
