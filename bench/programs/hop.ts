import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { concatMap, interval, lastValueFrom, map, take, toArray } from 'rxjs'
import type { End, ReachHop, ServeHop } from '../support/hop.ts'
import { answering } from '../support/remote.ts'

// A server on the way of a hop, or one of its ends.

const [redis = '', path = ''] = process.argv.slice(2)
const { serve, reach } = (await import(path)) as { serve?: ServeHop; reach: ReachHop }
let end: End

// A clock that all processes of a machine share.
const now = (): string => process.hrtime.bigint().toString()
const since = (time: string): number => Number(process.hrtime.bigint() - BigInt(time)) / 1e6

answering({
  async listen(): Promise<string> {
    const http = createServer()
    serve?.(http, redis)
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  },

  async reach(url = redis): Promise<void> {
    end = await reach(url)
  },

  /** Says the time, again and again. */
  async say(count: number, every: number): Promise<void> {
    const saying = interval(every).pipe(
      take(count),
      map(now),
      concatMap(async (time) => void (await end.say(time))),
    )
    await lastValueFrom(saying)
  },

  /** How long it took what the other end said, until so much was heard. */
  hear: (count: number): Promise<number[]> => lastValueFrom(end.heard$.pipe(take(count), map(since), toArray())),
})
