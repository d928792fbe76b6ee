import { Redis } from 'ioredis'
import { map } from 'rxjs'
import { redisHistory } from '../../adapters/history/redis/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { hopId, type ReachHop } from '../support/hop.ts'
import { documents, retitled, titleIn } from '../support/served.ts'
import { Speaker } from '../support/speaker.ts'

/** Sessions of two hosts, with neither sockets nor clients. */
export const reach: ReachHop = async (redis) => {
  const speaker = await Speaker.at(createHost({ documents, history: redisHistory(new Redis(redis)) }), hopId)
  return {
    say: (title) => speaker.flush([{ command: retitled(title) }]),
    heard$: speaker.commands$.pipe(map(({ completions: [first] }) => titleIn(first?.command))),
  }
}
