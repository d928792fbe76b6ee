import type { Observable, Subscription } from 'rxjs'
import { lmdbHistory } from '../../../../adapters/history/lmdb/index.ts'
import type { History, HistoryAdapter } from '../../../../lib/contracts/history.ts'
import type { Question, Reply } from './wire.ts'

// Serves the adapters of this process to the one that started it.

const adapters = new Map<number, HistoryAdapter>()
const streams = new Map<number, Subscription>()

const reply = (message: Reply) => void process.send?.(message)

const replyError = (number: number, error: unknown) => {
  const { name, message, code } = error as Error & { code?: unknown }
  reply({ number, error: { name, message, code } })
}

function stream(number: number, values$: Observable<unknown>): void {
  const subscription = values$.subscribe({
    next: (next) => reply({ number, next }),
    error: (error: unknown) => replyError(number, error),
  })
  streams.set(number, subscription)
}

async function answer(question: Question): Promise<unknown> {
  if (question.ask === 'stop') return streams.get(question.number)?.unsubscribe()
  if (question.ask === 'open') {
    const { folder, retention } = question
    return void adapters.set(question.adapter, lmdbHistory(folder, { pollInterval: 5, retention }))
  }
  const adapter = adapters.get(question.adapter) as HistoryAdapter
  switch (question.ask) {
    case 'close':
      return adapter.close()
    case 'publish':
      return adapter.channel(question.channel).publish(question.message)
    case 'read':
      return stream(question.number, adapter.open(question.document).read(question.position))
    case 'listen':
      return stream(question.number, adapter.channel(question.channel).messages$)
    default: {
      const history = adapter.open(question.document)
      const method = history[question.ask] as (...args: readonly unknown[]) => ReturnType<History['load']>
      return method(...question.args)
    }
  }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (found) => reply({ number: question.number, answer: found }),
    (error: unknown) => replyError(question.number, error),
  )
})
process.on('disconnect', () => {
  for (const adapter of adapters.values()) void adapter.close()
})
