import { createHash } from 'node:crypto'
import { BehaviorSubject, type SchedulerLike, type Subscription } from 'rxjs'
import { MillraceError, messageOf } from '../../../lib/errors.ts'
import { connection, type RedisClient } from './client.ts'
import { type Durability, inspect } from './inspection.ts'

/** A script that the server runs as one step. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export const script = (text: string): Script => ({ text, sha: createHash('sha1').update(text).digest('hex') })

/** Milliseconds until a server that did not let itself be looked at is asked again. */
const lookAgain = 500

type Arguments = readonly (string | number)[]

/** How a history stands with its server. What is asked for in between waits, for as long as the deadline lets it. */
export type RedisState =
  | { readonly type: 'connecting' }
  | { readonly type: 'ready'; readonly warnings: readonly string[] }
  /** The server cannot do what was asked for, or could not be looked at. It is looked at again. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'closed' }

/** Something that was asked, until it is answered. */
interface Asked {
  /** When it is late. */
  readonly due: number
  send(): void
  fail(error: MillraceError): void
}

/**
 * What is sent to the server; before there is a line, it waits for one. Whatever fails rejects with `unavailable`, and may
 * have been done, or be done yet.
 */
export class Line {
  /** How it stands, and each change. Completes when it is closed. */
  readonly state$ = new BehaviorSubject<RedisState>({ type: 'connecting' })
  readonly #client: RedisClient
  readonly #deadline: number
  readonly #scheduler: SchedulerLike
  readonly #unsent = new Set<Asked>()
  readonly #sent = new Set<Asked>()
  /** One for all: as each is given equally long, who asked first is late first. */
  #alarm: Subscription | undefined
  /** Until servers that did not let themselves be looked at are asked again. */
  #looking: Subscription | undefined
  #isHeld = false

  constructor(client: RedisClient, deadline: number, scheduler: SchedulerLike, durability: Durability) {
    this.#client = connection(client, deadline)
    this.#deadline = deadline
    this.#scheduler = scheduler
    this.#client.on('ready', () => void this.#begin(durability))
    this.#client.on('close', () => {
      this.#set({ type: 'connecting' })
      // Nobody answers for what was on its way.
      failAll(this.#sent, unavailable('The connection broke.'))
    })
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
    this.#alarm?.unsubscribe()
    this.#looking?.unsubscribe()
    this.#set({ type: 'closed' })
    this.state$.complete()
    for (const asked of [this.#unsent, this.#sent]) failAll(asked, unavailable('It was closed.'))
  }

  /** Looks at the servers before anything is kept there; at those of a Cluster that are away, when they are back. */
  async #begin(durability: Durability): Promise<void> {
    this.#looking?.unsubscribe()
    const servers = this.#client.nodes?.('master') ?? [this.#client]
    const looks = await Promise.allSettled(servers.map((server) => server.info()))
    // The connection broke again, and with the next one it begins anew.
    if (this.#client.status !== 'ready') return
    const found = looks.flatMap((look) => (look.status === 'fulfilled' ? [inspect(look.value, durability)] : []))
    const failure = looks.find((look) => look.status === 'rejected')
    const unseen = failure && `It cannot be looked at: ${messageOf(failure.reason)}.`
    const reason = found.length > 0 ? found.find(({ refusal }) => refusal)?.refusal : unseen
    const warnings = [...new Set(found.flatMap((one) => one.warnings))]
    this.#set(reason === undefined ? { type: 'ready', warnings } : { type: 'refused', reason })
    if (failure) this.#looking = this.#scheduler.schedule(() => void this.#begin(durability), lookAgain)
  }

  #set(state: RedisState): void {
    const now = this.state$.value
    if (now.type === 'closed' || JSON.stringify(now) === JSON.stringify(state)) return
    this.state$.next(state)
    if (state.type === 'refused') failAll(this.#unsent, unavailable(state.reason))
    if (state.type === 'ready') for (const asked of [...this.#unsent]) asked.send()
  }

  #within<R>(call: () => Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const forget = () => {
        this.#unsent.delete(asked)
        this.#sent.delete(asked)
      }
      const asked: Asked = {
        due: this.#scheduler.now() + this.#deadline,
        send: () => {
          this.#unsent.delete(asked)
          this.#sent.add(asked)
          this.#writeTogether()
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
      const state = this.state$.value
      if (state.type === 'ready' && this.#isUp) asked.send()
      else if (state.type === 'refused') return asked.fail(unavailable(state.reason))
      else this.#unsent.add(asked)
      this.#alarm ??= this.#wakeFor(asked)
    })
  }

  /** A connection that broke is told of a little later; until then nothing can be sent by it. */
  get #isUp(): boolean {
    return this.#client.stream?.writable !== false
  }

  /** What is asked for in one turn goes to the operating system as one, which costs it more than anything here. */
  #writeTogether(): void {
    const { stream } = this.#client
    if (!stream || this.#isHeld) return
    this.#isHeld = true
    stream.cork()
    setImmediate(() => {
      this.#isHeld = false
      stream.uncork()
    })
  }

  #wakeFor({ due }: Asked): Subscription {
    return this.#scheduler.schedule(() => this.#failLate(), Math.max(0, due - this.#scheduler.now()))
  }

  #failLate(): void {
    const now = this.#scheduler.now()
    for (const asked of [...this.#unsent, ...this.#sent]) {
      if (asked.due <= now) asked.fail(unavailable(`It did not answer within ${this.#deadline} ms.`))
    }
    const [next] = this.#sent.size > 0 ? this.#sent : this.#unsent
    this.#alarm = next && this.#wakeFor(next)
  }
}

function failAll(asked: ReadonlySet<Asked>, error: MillraceError): void {
  for (const { fail } of [...asked]) fail(error)
}

export const unavailable = (why: string, cause?: unknown): MillraceError =>
  new MillraceError('unavailable', `Redis cannot be used: ${why}`, {}, cause)
