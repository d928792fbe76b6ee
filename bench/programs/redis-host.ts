import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Redis } from 'ioredis'
import { firstValueFrom, lastValueFrom, map, takeUntil, timer } from 'rxjs'
import { Server } from 'socket.io'
import { redisHistory } from '../../adapters/history/redis/index.ts'
import type { AppendResult, HistoryAdapter } from '../../lib/contracts/history.ts'
import { createHost } from '../../lib/host/index.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { answering } from '../support/remote.ts'
import { changes, documents } from '../support/served.ts'
import { Speaker } from '../support/speaker.ts'

/** What it took this process. */
export interface Spent {
  readonly commands: number
  /** Milliseconds. */
  readonly time: number
  /** Milliseconds of CPU. */
  readonly cpu: number
  /** How many appends ended how. */
  readonly appends: Readonly<Record<AppendResult['type'], number>>
  /** Milliseconds until each flush was answered. */
  readonly answered: readonly number[]
}

const [url = ''] = process.argv.slice(2)
const none = () => ({ appended: 0, not_at_head: 0, refused: 0 })
let appends: Record<AppendResult['type'], number> = none()
const host = createHost({ documents, history: counted(redisHistory(new Redis(url))) })
let speakers: readonly Speaker[] = []

/** An adapter that counts how its appends end. */
function counted(adapter: HistoryAdapter): HistoryAdapter {
  return {
    ...adapter,
    open(id) {
      const history = adapter.open(id)
      return {
        ...history,
        async append(...args) {
          const result = await history.append(...args)
          appends[result.type] += 1
          return result
        },
      }
    },
  }
}

/** Measures something that gives how many commands it made. */
async function spent(play: (answered: number[]) => Promise<number>): Promise<Spent> {
  appends = none()
  const answered: number[] = []
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const commands = await play(answered)
  const { user, system } = process.cpuUsage(cpu)
  return { commands, time: performance.now() - start, cpu: (user + system) / 1_000, appends, answered }
}

/** As fast as it goes: each speaker with one flush in flight. */
const saturate = (flushes: number, size: number): Promise<Spent> =>
  spent(async () => {
    const turns = speakers.map(async (speaker) => {
      for (let i = 0; i < flushes; i++) await speaker.flush(changes(size, i * size))
    })
    await Promise.all(turns)
    return speakers.length * flushes * size
  })

/** As people do: each speaker makes a command now and then, and what comes up while a flush is in flight goes with the next. */
const offer = (milliseconds: number, every: number): Promise<Spent> =>
  spent(async (answered) => {
    let commands = 0
    const work = speakers.map(async (speaker) => {
      let [made, sent] = [0, 0]
      let underWay: Promise<void> | undefined
      const flush = async (): Promise<void> => {
        while (sent < made) {
          const [from, start] = [sent, performance.now()]
          sent = made
          await speaker.flush(changes(sent - from, from))
          answered.push(performance.now() - start)
        }
        underWay = undefined
      }
      const making = timer(Math.random() * every, every).pipe(
        takeUntil(timer(milliseconds)),
        map(() => {
          made += 1
          underWay ??= flush()
        }),
      )
      await lastValueFrom(making, { defaultValue: undefined })
      await underWay
      commands += made
    })
    await Promise.all(work)
    return commands
  })

const collect = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()

/** Bytes that are still in use when all is gone that can go. */
async function held(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect()
    await firstValueFrom(timer(200))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Serves socket.io. */
async function listen(): Promise<number> {
  const http = createServer()
  serveSocketIo(new Server(http, { perMessageDeflate: false, pingInterval: 300_000 }), host)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return (http.address() as AddressInfo).port
}

answering({
  async open(ids: readonly string[]): Promise<void> {
    speakers = await Promise.all(ids.map((id) => Speaker.at(host, id)))
  },
  saturate,
  offer,
  held,
  async hold(ids: readonly `list/${string}`[]): Promise<void> {
    for (const id of ids) await host.open(id)
  },
  async sit(ids: readonly string[]): Promise<void> {
    for (const id of ids) await Speaker.at(host, id)
  },
  listen,
})
