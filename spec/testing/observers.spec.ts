import { describe, expect, it } from '@jest/globals'
import { createClient, Proxy } from 'millrace'
import { memoryHistory } from 'millrace/adapters/history/memory'
import { createHost } from 'millrace/host'
import { observersOf } from 'millrace/testing'
import type { Observable } from 'rxjs'
import { documents, initial } from '../support/documents.ts'

describe('The count of observers', () => {
  it('tells who looks at any stream of a proxy, until they have gone', () => {
    const proxy = new Proxy({ commandCount: 0, document: initial })
    const before = observersOf(proxy)
    const { document$, commands$, sync$, pending$, saved$ } = proxy
    const streams: Observable<unknown>[] = [document$, commands$, sync$, pending$, saved$, proxy.at('todos').keys$]
    for (const stream$ of streams) {
      const subscription = stream$.subscribe()
      expect(observersOf(proxy)).toBeGreaterThan(before)
      subscription.unsubscribe()
      expect(observersOf(proxy)).toBe(before)
    }
  })

  it('tells who looks at how a proxy stands to its host, and at the line', async () => {
    const host = createHost({ documents, history: memoryHistory() })
    const client = createClient<typeof documents>({ transport: host.session() })
    const list = client.open('list/shopping')
    await list.loaded
    const before = observersOf(list)
    const streams: Observable<unknown>[] = [list.status$, client.status$]
    for (const stream$ of streams) {
      const subscription = stream$.subscribe()
      expect(observersOf(list)).toBeGreaterThan(before)
      subscription.unsubscribe()
      expect(observersOf(list)).toBe(before)
    }
    client.close()
    await host.close()
  })
})
