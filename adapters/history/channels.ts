import { filter, map, Subject } from 'rxjs'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import type { Lifetime } from './lifetime.ts'

/** Channels between those who share one adapter. */
export function localChannels(life: Lifetime): HistoryAdapter['channel'] {
  const posts = new Subject<{ readonly name: string; readonly message: unknown }>()
  return (name) => ({
    publish(message) {
      life.check()
      posts.next({ name, message })
    },
    messages$: life.hold(
      posts.pipe(
        filter((post) => post.name === name),
        map((post) => post.message),
      ),
    ),
  })
}
