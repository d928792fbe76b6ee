import { memoryHistory } from 'millrace/adapters/history/memory'
import { createHost } from 'millrace/host'
import { serveBroadcastChannel } from 'millrace/transports/broadcast-channel'
import { documents } from './documents.ts'
import { channel } from './lists-channel.ts'

/**
 * Hosts the lists of this browser, in memory, from when nobody else does until this worker or page ends: of two hosts on
 * one channel each would have lists of its own.
 */
export function hostLists(): void {
  void navigator.locks.request(`host of ${channel}`, () => {
    serveBroadcastChannel(createHost({ documents, history: memoryHistory() }), channel)
    return new Promise<never>(() => undefined)
  })
}
