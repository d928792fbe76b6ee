import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { filter, firstValueFrom, map, Observable } from 'rxjs'
import type { Batch, History, HistoryAdapter, Retention } from '../../../../lib/contracts/history.ts'
import { MillraceError } from '../../../../lib/errors.ts'
import type { Method, Question, Reply } from './wire.ts'

/** Another process, whose adapters are used from here. */
export interface OtherHost {
  open(folder: string, retention: Retention): Promise<HistoryAdapter>
  /** Lets go of it. Gives the code with which it ends by itself. */
  end(): Promise<number | null>
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never
type Asked = Unnumbered<Question>

export function startOtherHost(program: string): OtherHost {
  const child = fork(program, { serialization: 'advanced' })
  child.setMaxListeners(0)
  let adapters = 0
  return {
    async open(folder, retention) {
      adapters += 1
      await question(child, { ask: 'open', adapter: adapters, folder, retention })
      return remoteAdapter(child, adapters)
    },
    async end() {
      const ended = once(child, 'exit') as Promise<[number | null]>
      child.disconnect()
      return (await ended)[0]
    },
  }
}

function remoteAdapter(child: ChildProcess, adapter: number): HistoryAdapter {
  let isClosed = false
  return {
    open(document) {
      const method =
        (ask: Method) =>
        (...args: readonly unknown[]) =>
          question(child, { ask, adapter, document, args })
      return {
        load: method('load'),
        append: method('append'),
        record: method('record'),
        save: method('save'),
        read: (position) => streamed(child, { ask: 'read', adapter, document, position }) as Observable<Batch>,
      } as History
    },
    channel: (channel) => ({
      publish(message) {
        if (isClosed) throw new MillraceError('closed', 'This history was closed.')
        void question(child, { ask: 'publish', adapter, channel, message })
      },
      messages$: streamed(child, { ask: 'listen', adapter, channel }),
    }),
    async close() {
      isClosed = true
      await question(child, { ask: 'close', adapter })
    },
  }
}

let numbers = 0

/** Sends it, and gives what comes for it. */
function replies(child: ChildProcess, asked: Asked): Observable<Reply> {
  return new Observable((subscriber) => {
    numbers += 1
    const number = numbers
    const hear = (reply: Reply) => {
      if (reply.number === number) subscriber.next(reply)
    }
    subscriber.add(() => child.off('message', hear))
    child.on('message', hear)
    subscriber.add(() => {
      if (asked.ask === 'read' || asked.ask === 'listen') child.send({ number, ask: 'stop' })
    })
    child.send({ number, ...asked })
  })
}

const question = (child: ChildProcess, asked: Asked): Promise<unknown> =>
  firstValueFrom(replies(child, asked).pipe(map(valueIn)))

const streamed = (child: ChildProcess, asked: Asked): Observable<unknown> =>
  replies(child, asked).pipe(
    // The answer only says that the stream has begun.
    filter((reply) => !('answer' in reply)),
    map(valueIn),
  )

function valueIn(reply: Reply): unknown {
  if ('error' in reply) throw Object.assign(new Error(reply.error.message), reply.error)
  return 'next' in reply ? reply.next : reply.answer
}
