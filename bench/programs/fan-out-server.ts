import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  filter,
  firstValueFrom,
  ignoreElements,
  interval,
  merge,
  type Observable,
  Subject,
  startWith,
  take,
  tap,
} from 'rxjs'
import { type ServeBroadcast, timeMark } from '../support/broadcast.ts'
import { answering } from '../support/remote.ts'

/** What a round cost this process. */
export interface Cost {
  /** Milliseconds until everybody had heard everything. */
  readonly time: number
  /** Milliseconds of CPU. */
  readonly cpu: number
}

const [path = ''] = process.argv.slice(2)
const http = createServer()
const { serve } = (await import(path)) as { serve: ServeBroadcast }
const broadcast = await serve(http)
const heard$ = new Subject<number>()
const text = 'x'.repeat(84)

/** What happens until everybody has heard so many things cost. */
async function costOf(batches: number, heard: Observable<number>): Promise<Cost> {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  await firstValueFrom(heard.pipe(filter((count) => count >= batches)))
  const { user, system } = process.cpuUsage(cpu)
  return { time: performance.now() - start, cpu: (user + system) / 1_000 }
}

/** Says so many things, with some in flight. */
function run(batches: number, inFlight: number): Promise<Cost> {
  let said = 0
  const speaking = heard$.pipe(
    startWith(0),
    tap((heard) => {
      for (; said < Math.min(batches, heard + inFlight); said++) broadcast(text)
    }),
  )
  return costOf(batches, speaking)
}

/** Says so many things, one after the other, each with the time at which it is said. */
function pace(batches: number, milliseconds: number): Promise<Cost> {
  const speaking = interval(milliseconds).pipe(
    take(batches),
    tap(() => broadcast(`${timeMark}${`${process.hrtime.bigint()}`.padStart(20, '0')}`)),
    ignoreElements(),
  )
  return costOf(batches, merge(heard$, speaking))
}

answering({
  async listen(): Promise<number> {
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    return (http.address() as AddressInfo).port
  },
  run,
  pace,
  /** How many of this round everybody has heard. */
  heard: (count: number) => heard$.next(count),
})
