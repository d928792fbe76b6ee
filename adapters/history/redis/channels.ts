import { concatMap, type Observable } from 'rxjs'
import type { HistoryAdapter } from '../../../lib/contracts/history.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Heard } from './heard.ts'
import { channelOf } from './keys.ts'
import type { Line } from './line.ts'
import publishText from './publish.lua'

/** Channels between all who share a Redis and a prefix. */
export function redisChannels(
  line: Line,
  heard: Heard,
  life: Lifetime,
  prefix: string,
  publish: string,
): HistoryAdapter['channel'] {
  return (name) => {
    const channel = channelOf(prefix, name)
    return {
      publish(message) {
        life.check()
        // Nothing is promised, so nobody is told that it was not heard.
        // Whole each time: one that is sent again could come behind the next.
        line.ask('eval', publishText, 1, channel, JSON.stringify(message), publish).catch(() => undefined)
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
