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
import { Server } from 'socket.io'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { realEnvironment } from '../../lib/environment.ts'
import { createHost } from '../../lib/host/index.ts'
import { document } from '../../lib/index.ts'
import { initialMark } from '../../lib/protocol/fingerprint.ts'
import type { Commands } from '../../lib/protocol/messages.ts'
import { serveSocketIo } from '../../transports/socket-io/server.ts'
import { answering } from '../support/remote.ts'

/** What a round cost this process. */
export interface Cost {
  /** Milliseconds until everybody had heard everything. */
  readonly time: number
  /** Milliseconds of CPU. */
  readonly cpu: number
}

/** Says something to everybody. */
type Broadcast = (title: string) => void

const id = 'list/shopping'
const initial = { title: '' }
const http = createServer()
const io = new Server(http, { perMessageDeflate: false, pingInterval: 300_000 })

async function millrace(): Promise<Broadcast> {
  const documents = { list: document({ initial }) }
  const host = createHost({ documents, history: memoryHistory() })
  serveSocketIo(io, host)
  const master = await host.open(id)
  let from = 0
  return (title) => {
    void master.apply({ from, completions: [{ command: { action: 'update', path: [], props: { title } } }] })
    from += 1
  }
}

/** The same messages, with nothing behind them. */
async function raw(): Promise<Broadcast> {
  io.on('connection', (socket) => void socket.join(id))
  const name = () => realEnvironment.id()
  const client = `host-${name()}-${name()}`
  let follows = initialMark(initial)
  let from = 0
  return (title) => {
    const message: Commands = {
      type: 'commands',
      document: id,
      from,
      follows,
      mark: name(),
      at: Date.now(),
      client,
      after: from,
      last: from + 1,
      completions: [{ command: { action: 'update', path: [], props: { title } } }],
    }
    io.to(id).emit('m', message)
    follows = message.mark
    from += 1
  }
}

const contenders = { millrace, raw }
const broadcast = await contenders[process.argv[2] as keyof typeof contenders]()
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
    tap(() => broadcast(`${process.hrtime.bigint()}`.padStart(20, '0'))),
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
