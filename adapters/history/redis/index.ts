import type { Observable } from 'rxjs'
import type { HistoryAdapter, Retention } from '../../../lib/contracts/history.ts'
import { type Environment, realEnvironment } from '../../../lib/environment.ts'
import { lifetime } from '../lifetime.ts'
import { redisChannels } from './channels.ts'
import type { RedisClient } from './client.ts'
import { Grown } from './grown.ts'
import { Heard } from './heard.ts'
import { redisLog } from './history.ts'
import type { Durability } from './inspection.ts'
import { Line, type RedisState } from './line.ts'
import { Settling } from './settling.ts'

export type { RedisClient } from './client.ts'
export type { Durability } from './inspection.ts'
export type { RedisState } from './line.ts'

/** Histories, and how they stand with their server. */
export interface RedisHistory extends HistoryAdapter {
  /** How it stands now, as JSON: for a page that says whether a host is well. */
  readonly state: RedisState
  /** The same, and each change. Replays the latest; completes when it is closed. */
  readonly state$: Observable<RedisState>
}

/** How histories are kept and watched. */
export interface RedisHistoryOptions {
  /** In front of every key and channel, without braces. @default 'millrace:' */
  readonly prefix?: string
  /**
   * Notices stay with the shard of their document, and do not go to all nodes of a Cluster. For Redis 7 and ioredis 5.6,
   * or above. @default false
   */
  readonly sharded?: boolean
  /** What an append that was answered survives. @default { class: 'accepted' } */
  readonly durability?: Durability
  /** What is kept behind the newest snapshot. @default { commands: 10_000, records: 100_000 } */
  readonly retention?: Partial<Retention>
  /** Milliseconds after which an answer that has not come is not waited for. @default 5_000 */
  readonly deadline?: number
  /** Milliseconds between two looks for what notices did not tell. @default 1_000 */
  readonly lookAfter?: number
  readonly environment?: Pick<Environment, 'scheduler'>
}

/**
 * Histories in Redis, which any number of hosts share: on one server, behind Sentinel, or in a Cluster. `client` is a
 * `Redis` or a `Cluster` of the package `ioredis`, 5.4 or above, or 6. It is only copied, twice: for what is said and for
 * what is heard. So it stays its owner's, to use and to close.
 *
 * A channel reaches all who share the Redis and the prefix.
 *
 * ```ts
 * const host = createHost({ documents, history: redisHistory(new Redis('redis://localhost')) })
 * ```
 */
export function redisHistory(client: RedisClient, options: RedisHistoryOptions = {}): RedisHistory {
  const { prefix = 'millrace:', durability = { class: 'accepted' }, retention, sharded = false } = options
  const { deadline = 5_000, lookAfter = 1_000, environment = realEnvironment } = options
  const { scheduler } = environment
  // It would take the place of the tag that keeps a document's keys together.
  if (/[{}]/.test(prefix)) throw new TypeError(`The prefix '${prefix}' has braces: choose one without.`)
  const { keyPrefix = client.options.redisOptions?.keyPrefix } = client.options
  // It would stand before some names of channels, and not before others.
  if (keyPrefix) throw new TypeError(`The client has the keyPrefix '${keyPrefix}': say it as \`prefix\` instead.`)
  const publish = sharded ? 'spublish' : 'publish'
  const life = lifetime()
  const line = new Line(client, deadline, scheduler, durability)
  const settling = new Settling(line, durability, publish)
  const heard = new Heard(client, deadline, scheduler, sharded)
  const grown = new Grown(line, heard, settling, lookAfter, scheduler)

  return {
    state$: line.state$.asObservable(),
    get state() {
      return line.state$.value
    },
    open: (id) => redisLog(id, { line, grown, settling, life, prefix, publish, retention }),
    channel: redisChannels(line, heard, life, prefix, publish),
    close: () =>
      life.close(() => {
        grown.close()
        heard.close()
        line.close()
      }),
  }
}
