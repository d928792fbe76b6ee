import { concat, concatMap, defer, EMPTY, map, type Observable, of, tap, timer } from 'rxjs'
import type { Storage } from '../../../lib/contracts/storage.ts'
import type { Transport } from '../../../lib/contracts/transport.ts'
import type { ClientMessage, Flushed, ServerMessage } from '../../../lib/protocol/messages.ts'
import type { Journal } from '../support/journal.ts'
import type { ClientPoint } from './failpoints.ts'

/** How a storage or a line may be broken on purpose. */
export type ClientWay = 'says too early that it is written' | 'goes by another name each time'

interface Watch {
  readonly journal: Journal
  readonly pass: (at: ClientPoint) => void
  /** Whether there is an answer that is not saved. */
  readonly answers: { isHeard: boolean }
  readonly way: ClientWay | undefined
}

/** Milliseconds in which what was said goes out. */
const goesOut = 3

/** A line at each end of which its process may die. */
export function watchedTransport(transport: Transport, { journal, pass, answers, way }: Watch): Transport {
  const saying = (message: ClientMessage): Observable<ClientMessage> => {
    if (message.type !== 'flush') return of(message)
    journal.note({ type: 'said', flush: message })
    pass('before it is sent')
    const sent = defer(() => {
      timer(goesOut).subscribe(() => pass('once it is sent'))
      return EMPTY
    })
    return concat(of(message), sent)
  }
  const watched: Transport = (outgoing) =>
    transport(outgoing.pipe(concatMap(saying))).pipe(
      tap((message) => {
        if (message.type === 'welcome') journal.note({ type: 'met', what: 'session' })
        if (message.type !== 'flushed' || !message.record) return
        pass('once it is answered')
        answers.isHeard = true
      }),
    )
  return way === 'goes by another name each time' ? renaming(watched) : watched
}

/** A client that its host does not know again. */
function renaming(transport: Transport): Transport {
  let sessions = 0
  return (outgoing) => {
    const suffix = `-${process.pid}-${++sessions}`
    const renamed = outgoing.pipe(
      map((message) => ('client' in message ? { ...message, client: message.client + suffix } : message)),
    )
    const isOwn = (message: ServerMessage) => 'client' in message && message.client?.endsWith(suffix)
    return transport(renamed).pipe(
      map((message) =>
        isOwn(message)
          ? ({ ...message, client: (message as Flushed).client.slice(0, -suffix.length) } as ServerMessage)
          : message,
      ),
    )
  }
}

/** A storage at each write of which its process may die. */
export function watchedStorage(storage: Storage, { pass, answers, way }: Watch): Storage {
  return {
    ...storage,
    async write(...args) {
      const isAnswer = answers.isHeard
      answers.isHeard = false
      pass(isAnswer ? 'before the answer is saved' : 'before it is kept')
      const writing = way === 'says too early that it is written' ? Promise.resolve(true) : storage.write(...args)
      pass(isAnswer ? 'while the answer is saved' : 'while it is kept')
      const isWritten = await writing
      pass(isAnswer ? 'once the answer is saved' : 'once it is kept')
      return isWritten
    },
  }
}
