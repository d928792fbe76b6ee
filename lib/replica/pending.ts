import type { KeptCommand } from '../document/actions/action.ts'
import type { Completed } from '../document/replay.ts'
import { Inverse } from '../document/tree.ts'

/** What became of a command at the Master. */
export type Settlement =
  | { readonly type: 'confirmed'; readonly createdId?: string }
  /** An interceptor of the Master changed its props to these. */
  | { readonly type: 'rewritten'; readonly props: unknown; readonly createdId?: string }
  | { readonly type: 'rejected' | 'dropped'; readonly code: string; readonly reason: string }
  /** Whether the Master took it can no longer be found out. */
  | { readonly type: 'unknown'; readonly reason: string }

/** A command that was applied here and is not confirmed yet, with what takes it back. */
export class Pending extends Inverse implements Completed {
  /** How often it was changed: who keeps it compares. */
  revision = 0
  /** Its number among its client's commands, from when it was first sent; 0 before. */
  seq = 0
  /** Sent, does not apply here at present, and waits for its answer. */
  aside = false
  #command: KeptCommand
  #createdId: string | undefined
  #answer: Settlement | Question | undefined

  constructor(command: KeptCommand, createdId?: string) {
    super()
    this.#command = command
    this.#createdId = createdId
  }

  get command(): KeptCommand {
    return this.#command
  }

  set command(command: KeptCommand) {
    this.#command = command
    this.revision++
  }

  /** The id that a create made. */
  get createdId(): string | undefined {
    return this.#createdId
  }

  set createdId(id: string | undefined) {
    this.#createdId = id
    this.revision++
  }

  /** What became of it, if that is known. */
  get settlement(): Settlement | undefined {
    return this.#answer instanceof Question ? undefined : this.#answer
  }

  get isSettled(): boolean {
    return this.settlement !== undefined
  }

  settle(settlement: Settlement): void {
    if (this.settlement) return
    const asked = this.#answer
    this.#answer = settlement
    if (asked instanceof Question) asked.answer(settlement)
  }

  /** What became of it. Made when first asked for, and answered also when asked late. */
  get settled(): Promise<Settlement> {
    const { settlement } = this
    if (settlement) return Promise.resolve(settlement)
    const asked = this.#answer instanceof Question ? this.#answer : new Question()
    this.#answer = asked
    return asked.promise
  }
}

/** Somebody waits for what becomes of a command. */
class Question {
  answer: (settlement: Settlement) => void = () => undefined
  readonly promise = new Promise<Settlement>((resolve) => {
    this.answer = resolve
  })
}
