import { once } from 'node:events'
import { createServer } from 'node:http'
import { BehaviorSubject, filter, firstValueFrom, map, type Observable } from 'rxjs'
import { Balancer } from './balancer.ts'
import { Child } from './child.ts'
import { control } from './control.ts'
import { type Host, statesOf } from './hosts.ts'
import { reachRedis, type SharedRedis, startRedis } from './redis.ts'
import type { HostState } from './state.ts'

export interface Cluster {
  readonly hosts: readonly Host[]
  /** Where its Redis is, if that is known. */
  readonly redis: string | undefined
  /** Ends all that was begun here: the hosts, then Redis, then the line. */
  close(): Promise<void>
}

/** Where the balancer listens, what it is to start, and what runs already. */
export interface ClusterOptions {
  readonly port: number
  readonly data: string
  readonly redis: string | undefined
  readonly hosts: readonly string[]
  /** The folder of the built pages. */
  readonly pages: string
  /** The program of a host. */
  readonly program: string
}

const hostCount = 3

/** How many ports it takes: for the balancer, the hosts and Redis, in this order. */
export const portCount = hostCount + 2

/** Starts a balancer, and what is not there already: a Redis, and hosts that share it. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const begun: (() => unknown)[] = []
  const close = async () => {
    for (const end of begun.splice(0).reverse()) await end()
  }
  try {
    const http = createServer()
    begun.push(() => http.listening && once(http.close(), 'close'))
    http.listen(options.port)
    await once(http, 'listening')

    const redis = options.hosts.length > 0 ? undefined : await redisOf(options)
    begun.push(() => redis?.close())
    const hosts: readonly Host[] = redis ? hostsOn(redis, options) : options.hosts.map((url) => ({ url }))
    begun.push(() => Promise.all(hosts.map(({ child }) => child?.stop())))

    const states$ = new BehaviorSubject<readonly HostState[]>([])
    const watching = statesOf(hosts).subscribe(states$)
    const balancer = new Balancer(() => states$.value.filter(isWell))
    const at = redis && new URL(redis.url).host
    const told$ = states$.pipe(map((states) => ({ hosts: states, ...(at && { redis: at }) })))
    const processes = hosts.flatMap(({ child }) => child ?? [])
    http.on('request', control(options.pages, told$, processes, balancer.answer))
    http.on('upgrade', balancer.upgrade)
    begun.push(() => {
      watching.unsubscribe()
      balancer.close()
      http.closeAllConnections()
    })
    if (redis) await areWell(states$)
    return { hosts, redis: at, close }
  } catch (error) {
    await close()
    throw error
  }
}

const redisOf = ({ redis, port, data }: ClusterOptions): Promise<SharedRedis> =>
  redis === undefined ? startRedis(port + 1 + hostCount, data) : reachRedis(redis)

/** Starts as many hosts as there are to be, each in a process and on a port of its own. */
function hostsOn({ url }: SharedRedis, { port, program }: ClusterOptions): Host[] {
  return Array.from({ length: hostCount }, (_, i) => {
    const own = port + 1 + i
    const child = new Child(program, '--port', String(own), '--redis', url)
    child.start()
    return { url: `http://localhost:${own}`, child }
  })
}

const isWell = ({ state, isRunning }: HostState): boolean => state === 'well' && isRunning !== false

/** Resolves when all hosts are well. Rejects where one ends before that, which has said why. */
function areWell(states$: Observable<readonly HostState[]>): Promise<unknown> {
  const well$ = states$.pipe(
    map((states) => {
      const ended = states.find(({ isRunning }) => isRunning === false)
      if (ended) throw new Error(`${ended.name} did not start.`)
      return states.length > 0 && states.every(isWell)
    }),
  )
  return firstValueFrom(well$.pipe(filter((areAll) => areAll)))
}
