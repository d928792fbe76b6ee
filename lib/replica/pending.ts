import type { KeptCommand } from '../document/actions/action.ts'
import type { Completed } from '../document/replay.ts'
import type { Edit } from '../document/tree.ts'

/** What became of a command at the Master. */
export type Settlement =
  | { readonly type: 'confirmed'; readonly createdId?: string }
  /** An interceptor of the Master changed its props to these. */
  | { readonly type: 'rewritten'; readonly props: unknown; readonly createdId?: string }
  | { readonly type: 'rejected' | 'dropped'; readonly code: string; readonly reason: string }
  /** Whether the Master took it can no longer be found out. */
  | { readonly type: 'unknown'; readonly reason: string }

/** A command that was applied here and is not confirmed yet, with what is needed to take it back. */
export class Pending implements Completed {
  command: KeptCommand
  createdId?: string
  /** Its inverse. */
  edits: Edit | undefined
  /** Its number among its client's commands, from when it was first sent; 0 before. */
  seq = 0
  /** Sent, does not apply here at present, and waits for its answer. */
  aside = false
  /** Taken back by the batch that it was part of. */
  undone = false
  #settlement: Settlement | undefined
  #ask: { readonly promise: Promise<Settlement>; readonly answer: (settlement: Settlement) => void } | undefined

  constructor(command: KeptCommand, createdId: string | undefined, edits: Edit | undefined) {
    this.command = command
    if (createdId !== undefined) this.createdId = createdId
    this.edits = edits
  }

  get isSettled(): boolean {
    return this.#settlement !== undefined
  }

  settle(settlement: Settlement): void {
    if (this.#settlement) return
    this.#settlement = settlement
    this.#ask?.answer(settlement)
  }

  /** What became of it. Made when first asked for, and answered also when asked late. */
  get settled(): Promise<Settlement> {
    if (this.#settlement) return Promise.resolve(this.#settlement)
    if (!this.#ask) {
      let answer: (settlement: Settlement) => void = () => undefined
      const promise = new Promise<Settlement>((resolve) => {
        answer = resolve
      })
      this.#ask = { promise, answer }
    }
    return this.#ask.promise
  }
}
