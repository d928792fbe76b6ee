import { concatMap, type Observable } from 'rxjs'
import type { HistoryAdapter } from '../../../lib/contracts/history.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Heard } from './heard.ts'
import { channelOf } from './keys.ts'
import type { Line } from './line.ts'

/** Channels between all who share a Redis and a prefix. */
export function redisChannels(line: Line, heard: Heard, life: Lifetime, prefix: string): HistoryAdapter['channel'] {
  return (name) => {
    const channel = channelOf(prefix, name)
    return {
      publish(message) {
        life.check()
        // Nothing is promised, so nobody is told that it was not heard.
        line.ask('publish', channel, JSON.stringify(message)).catch(() => undefined)
      },
      messages$: life.hold(heard.of(channel).pipe(concatMap(messageIn))) as Observable<unknown>,
    }
  }
}

function messageIn(text: string | undefined): unknown[] {
  if (text === undefined) return []
  try {
    return [JSON.parse(text)]
  } catch {
    // Somebody else's.
    return []
  }
}
