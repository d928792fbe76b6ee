import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import type { Question, Reply } from './wire.ts'

/** Another process, whose storages are used from here. */
export interface OtherClient {
  open(folder: string): Promise<Storage>
  /** Lets go of it. Gives the code with which it ends by itself. */
  end(): Promise<number | null>
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'number' | 'storage'> : never
type Asked = Unnumbered<Question>

export function startOtherClient(program: string): OtherClient {
  const child = fork(program, { serialization: 'advanced' })
  const waiting = new Map<number, (reply: Reply) => void>()
  let numbers = 0
  let storages = 0
  child.on('message', (reply: Reply) => waiting.get(reply.number)?.(reply))

  const ask = async (storage: number, asked: Asked): Promise<unknown> => {
    numbers += 1
    const number = numbers
    const replied = new Promise<Reply>((resolve) => waiting.set(number, resolve))
    child.send({ number, storage, ...asked })
    const reply = await replied
    waiting.delete(number)
    if ('error' in reply) throw Object.assign(new Error(reply.error.message), reply.error)
    return reply.answer
  }

  return {
    async open(folder) {
      storages += 1
      const storage = storages
      await ask(storage, { ask: 'open', folder })
      return {
        read: async (...args) => (await ask(storage, { ask: 'read', args })) as never,
        write: async (...args) => (await ask(storage, { ask: 'write', args })) as never,
        async hold(name) {
          const held = (await ask(storage, { ask: 'hold', name })) as number | undefined
          return held === undefined ? undefined : () => void ask(storage, { ask: 'letGo', held })
        },
        close: async () => void (await ask(storage, { ask: 'close' })),
      }
    },
    async end() {
      const ended = once(child, 'exit') as Promise<[number | null]>
      child.disconnect()
      return (await ended)[0]
    },
  }
}
