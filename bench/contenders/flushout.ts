import { Master, Proxy } from 'flushout'
import type { Contender } from '../support/contender.ts'
import { alike, type MasterAlike, type ProxyAlike } from './flushout-alike.ts'

export const contender: Contender = {
  ...alike({
    deletion: 'detete',
    proxy: (snapshot) => new Proxy(snapshot) as unknown as ProxyAlike,
    master: (snapshot, historyProvider) =>
      new Master(snapshot, { historyProvider: historyProvider as never }) as unknown as MasterAlike,
    textOf: JSON.stringify,
  }),
  hold: (document) => new Proxy({ commandCount: 0, document }),
}
