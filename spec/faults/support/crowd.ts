import type { CrowdAsk } from '../programs/client.ts'
import type { ClientAsk } from '../programs/participant.ts'
import type { Child, Ending, Peer } from './child.ts'

/** Those in a process, each of whom is asked as if it had one of its own. The last to end ends it. */
export function crowdIn(process: Child<CrowdAsk>, subjects: readonly string[]): Peer<ClientAsk>[] {
  const present = new Set(subjects)
  const isAlone = subjects.length === 1
  return subjects.map((subject) => new Neighbour(process, subject, present, isAlone))
}

class Neighbour implements Peer<ClientAsk> {
  readonly ended: Promise<Ending>
  readonly isAlone: boolean
  readonly #process: Child<CrowdAsk>
  readonly #subject: string
  readonly #present: Set<string>
  #leave: (ending: Ending) => void = () => undefined

  constructor(process: Child<CrowdAsk>, subject: string, present: Set<string>, isAlone: boolean) {
    this.isAlone = isAlone
    this.#process = process
    this.#subject = subject
    this.#present = present
    const left = new Promise<Ending>((resolve) => {
      this.#leave = resolve
    })
    this.ended = Promise.race([left, process.ended])
  }

  get isRunning(): boolean {
    return this.#process.isRunning && this.#present.has(this.#subject)
  }

  get stderr(): string {
    return this.#process.stderr
  }

  async ask<A>(ask: ClientAsk): Promise<A | undefined> {
    const answer = await this.#process.ask<A>({ type: 'to', subject: this.#subject, ask })
    if (ask.type === 'end') void this.#end()
    return answer
  }

  accident(): Promise<string | undefined> {
    return this.#process.accident()
  }

  /** All of them share what is done to one. */
  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async #end(): Promise<void> {
    this.#present.delete(this.#subject)
    if (this.#present.size > 0) return this.#leave({ code: 0, signal: null })
    await this.#process.ask({ type: 'end' })
    this.#leave(await this.#process.ended)
  }
}
