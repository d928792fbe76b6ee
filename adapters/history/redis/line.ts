import { createHash } from 'node:crypto'
import type { SchedulerLike } from 'rxjs'
import { MillraceError, messageOf } from '../../../lib/errors.ts'
import { connection, type RedisClient } from './client.ts'

/** A script that the server runs as one step. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

type Arguments = readonly (string | number)[]

/** Something that was asked, until it is answered. */
interface Asked {
  send(): void
  fail(error: MillraceError): void
}

/**
 * What is sent to the server; before there is a line, it waits for one. Whatever fails rejects with `unavailable`, and may
 * have been done, or be done yet.
 */
export class Line {
  readonly #client: RedisClient
  readonly #deadline: number
  readonly #scheduler: SchedulerLike
  readonly #unsent = new Set<Asked>()
  readonly #sent = new Set<Asked>()

  constructor(client: RedisClient, deadline: number, scheduler: SchedulerLike) {
    this.#client = connection(client, deadline)
    this.#deadline = deadline
    this.#scheduler = scheduler
    this.#client.on('ready', () => {
      for (const asked of [...this.#unsent]) asked.send()
    })
    // Nobody answers for what was on its way.
    this.#client.on('close', () => failAll(this.#sent, 'The connection broke.'))
  }

  get isReady(): boolean {
    return this.#client.status === 'ready'
  }

  /** Runs a script. */
  async run({ sha, text }: Script, keys: readonly string[], args: Arguments): Promise<unknown> {
    const rest = [keys.length, ...keys, ...args]
    try {
      return await this.ask('evalsha', sha, ...rest)
    } catch (error) {
      // It was not run, so that it may be sent again, this time whole.
      if (!messageOf(error).includes('NOSCRIPT')) throw error
      return this.ask('eval', text, ...rest)
    }
  }

  /** Runs a script, and waits for others to have what it wrote. @returns the answers of both */
  async runAndWait(
    { text }: Script,
    keys: readonly string[],
    args: Arguments,
    wait: Arguments,
  ): Promise<readonly [answer: unknown, waited: unknown]> {
    // On one connection, in one go: waiting is for what this connection wrote.
    const commands = [['eval', text, keys.length, ...keys, ...args], [...wait]]
    const answers = await this.#within(() => this.#client.pipeline(commands).exec())
    const [answer, waited] = (answers ?? []).map(([error, result]) => {
      if (error) throw unavailable(messageOf(error), error)
      return result
    })
    return [answer, waited]
  }

  ask(command: string, ...args: Arguments): Promise<unknown> {
    return this.#within(() => this.#client.call(command, ...args))
  }

  close(): void {
    this.#client.disconnect()
    for (const asked of [this.#unsent, this.#sent]) failAll(asked, 'The history was closed.')
  }

  #within<R>(call: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const forget = () => {
        alarm.unsubscribe()
        this.#unsent.delete(asked)
        this.#sent.delete(asked)
      }
      const asked: Asked = {
        send: () => {
          this.#unsent.delete(asked)
          this.#sent.add(asked)
          call().then(
            (result) => {
              forget()
              resolve(result)
            },
            (error: unknown) => asked.fail(unavailable(messageOf(error), error)),
          )
        },
        fail: (error) => {
          forget()
          reject(error)
        },
      }
      const late = () => asked.fail(unavailable(`It did not answer within ${this.#deadline} ms.`))
      const alarm = this.#scheduler.schedule(late, this.#deadline)
      if (this.isReady) asked.send()
      else this.#unsent.add(asked)
    })
  }
}

function failAll(asked: ReadonlySet<Asked>, why: string): void {
  for (const { fail } of [...asked]) fail(unavailable(why))
}

export const unavailable = (why: string, cause?: unknown): MillraceError =>
  new MillraceError('unavailable', `Redis cannot be used: ${why}`, {}, cause)
