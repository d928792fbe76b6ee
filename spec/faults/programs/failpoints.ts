import type { Journal } from '../support/journal.ts'

/** Where a process kills itself: at the `nth` time that it comes by. */
export interface Failpoint<At extends string = string> {
  readonly at: At
  readonly nth: number
}

/** Where a host can die. */
export const hostPoints = [
  'before the append',
  'during the append',
  'between append and answer',
  'between append and notice',
  'while answering',
  'before the snapshot is saved',
  'after the snapshot is saved',
] as const
export type HostPoint = (typeof hostPoints)[number]

/** Where a client can die. */
export const clientPoints = [
  'before it is kept',
  'while it is kept',
  'once it is kept',
  'before it is sent',
  'once it is sent',
  'once it is answered',
  'before the answer is saved',
  'while the answer is saved',
  'once the answer is saved',
] as const
export type ClientPoint = (typeof clientPoints)[number]

/** Counts the times that a process comes by somewhere, and kills it where it was asked to. */
export class Failpoints<At extends string> {
  readonly #journal: Journal
  #armed: Failpoint<At> | undefined
  #passed = 0

  constructor(journal: Journal) {
    this.#journal = journal
  }

  arm(failpoint: Failpoint<At> | undefined): void {
    this.#armed = failpoint
    this.#passed = 0
  }

  readonly pass = (at: At): void => {
    if (this.#armed?.at !== at || ++this.#passed < this.#armed.nth) return
    this.#journal.note({ type: 'dies', at })
    process.kill(process.pid, 'SIGKILL')
  }
}
