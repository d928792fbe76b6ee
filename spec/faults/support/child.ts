import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

interface Question {
  readonly id: number
  readonly ask: unknown
}

interface Answer {
  readonly id: number
  readonly answer: unknown
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Whoever is asked things, and may die at any of them: a process, or one of several who share one. */
export interface Peer<Ask> {
  readonly isRunning: boolean
  /** Whether nobody shares its process. */
  readonly isAlone: boolean
  readonly ended: Promise<Ending>
  /** What it wrote where errors are written. */
  readonly stderr: string
  /** What it answers; `undefined` where it dies instead. */
  ask<A>(ask: Ask): Promise<A | undefined>
  /** Why it ended, where nobody wanted it to. */
  accident(): Promise<string | undefined>
  kill(signal: NodeJS.Signals): void
}

/** A process of its own. */
export class Child<Ask> implements Peer<Ask> {
  readonly ended: Promise<Ending>
  readonly isAlone = true
  stderr = ''
  isRunning = true
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  #asked = 0

  constructor(program: string, task: object) {
    this.#process = fork(program, [JSON.stringify(task)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.#process.on('message', ({ id, answer }: Answer) => {
      this.#waiting.get(id)?.(answer)
      this.#waiting.delete(id)
    })
    // Asking one that died in between is no fault.
    this.#process.on('error', () => undefined)
    this.ended = once(this.#process, 'exit').then(([code, signal]) => {
      this.isRunning = false
      for (const resolve of this.#waiting.values()) resolve(undefined)
      this.#waiting.clear()
      return { code, signal } as Ending
    })
  }

  ask<A>(ask: Ask): Promise<A | undefined> {
    if (!this.isRunning) return Promise.resolve(undefined)
    const id = ++this.#asked
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve as (answer: unknown) => void)
      this.#process.send({ id, ask } satisfies Question, () => undefined)
    })
  }

  async accident(): Promise<string | undefined> {
    if (this.isRunning) return undefined
    const { code, signal } = await this.ended
    return signal === 'SIGKILL' || code === 0 ? undefined : `It ended with ${code ?? signal}. ${this.stderr}`
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }
}

/** Answers, in a child, what its parent asks; an answer of `end` is the last. It does not outlive its parent. */
export function answering<Ask extends { readonly type: string }>(answer: (ask: Ask) => unknown): void {
  let isEnded = false
  process.once('disconnect', () => {
    if (!isEnded) process.kill(process.pid, 'SIGKILL')
  })
  process.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
    void Promise.resolve(answer(ask)).then((answered) => {
      // Whoever was asked to end does not answer what was asked before.
      if (process.connected) process.send?.({ id, answer: answered } satisfies Answer)
      if (ask.type !== 'end') return
      isEnded = true
      process.disconnect()
    })
  })
}
