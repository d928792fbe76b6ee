import { filter, NEVER, timer } from 'rxjs'
import type { BrokenTransport } from './broken.ts'

export const brokenHosts: readonly BrokenTransport[] = [
  {
    fault: 'serves a hundred sessions and forgets the others',
    law: 'serves 1,000 sessions at once',
    over(good, source) {
      let sessions = 0
      return good({ ...source, session: (info) => (sessions++ < 100 ? source.session(info) : () => NEVER) })
    },
  },
  {
    fault: 'takes less than the host does',
    law: 'carries a message of the largest size',
    over: (good, source) => good({ ...source, maxMessageBytes: source.maxMessageBytes - 1 }),
  },
  {
    fault: 'takes messages of any size',
    law: 'refuses a message that is larger',
    over: (good, source) => good({ ...source, maxMessageBytes: Number.POSITIVE_INFINITY }),
  },
  {
    fault: 'drops a message that is too large without a word',
    law: 'refuses a message that is larger',
    over: (good, source) => (outgoing) =>
      good(source)(outgoing.pipe(filter((message) => JSON.stringify(message).length <= source.maxMessageBytes))),
  },
  {
    fault: 'encodes a message for each session',
    law: 'encodes a message once',
    over: (good, source) => good(source),
  },
  {
    fault: 'leaves a timer behind',
    law: 'leaves nothing behind',
    over: (good, source) => (outgoing) => {
      timer(1_000).subscribe()
      return good(source)(outgoing)
    },
  },
]
