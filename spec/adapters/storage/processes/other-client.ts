import { fileStorage } from '../../../../adapters/storage/file/index.ts'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import type { Question, Reply } from './wire.ts'

// Serves the storages of this process to the one that started it.

const storages = new Map<number, Storage>()
const held = new Map<number, () => void>()

async function answer(question: Question): Promise<unknown> {
  const storage = storages.get(question.storage) as Storage
  switch (question.ask) {
    case 'open':
      return void storages.set(question.storage, fileStorage(question.folder))
    case 'read':
      return storage.read(...question.args)
    case 'write':
      return storage.write(...question.args)
    case 'close':
      return storage.close()
    case 'hold': {
      const letGo = await storage.hold(question.name)
      if (letGo) held.set(question.number, letGo)
      return letGo && question.number
    }
    case 'letGo':
      return held.get(question.held)?.()
  }
}

process.on('message', (question: Question) => {
  const { number } = question
  answer(question).then(
    (found) => process.send?.({ number, answer: found } satisfies Reply),
    (error: Error & { code?: unknown }) =>
      process.send?.({ number, error: { name: error.name, message: error.message, code: error.code } } satisfies Reply),
  )
})
process.on('disconnect', () => {
  for (const storage of storages.values()) void storage.close()
})
