import type { Server } from 'node:http'
import type { Observable } from 'rxjs'

/** The document, or the room, by which a hop goes. */
export const hopId = 'list/hop'

/** One end of a hop: what is said at one is heard at the other. */
export interface End {
  say(text: string): unknown
  readonly heard$: Observable<string>
}

/** Serves clients, beside others that share a Redis. */
export type ServeHop = (http: Server, redis: string) => void

/** Goes where clients go: to a server, or to Redis where there is none between. */
export type ReachHop = (url: string) => Promise<End>
