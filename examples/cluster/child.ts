import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { BehaviorSubject, type Observable } from 'rxjs'

/** Milliseconds after which one that does not end in order is killed. */
const patience = 10_000

/** A program of Node's that may be killed and started again. It does not outlive this process. */
export class Child {
  readonly #program: string
  readonly #args: readonly string[]
  readonly #isRunning$ = new BehaviorSubject(false)
  #process: ChildProcess | undefined

  constructor(program: string, ...args: readonly string[]) {
    this.#program = program
    this.#args = args
  }

  /** Whether it runs, and each change. Replays the latest. */
  get isRunning$(): Observable<boolean> {
    return this.#isRunning$
  }

  get isRunning(): boolean {
    return this.#isRunning$.value
  }

  /** Starts it, if it does not run. */
  start(): void {
    if (this.isRunning) return
    // Out of reach of Ctrl+C, which is told to this process: it ends what it began in order.
    const child = fork(this.#program, this.#args, { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#process = child
    this.#isRunning$.next(true)
    child.once('exit', () => this.#isRunning$.next(false))
  }

  kill(): void {
    if (this.isRunning) this.#process?.kill('SIGKILL')
  }

  /** Ends it, in order where it is quick enough. */
  async stop(): Promise<void> {
    if (!this.isRunning || !this.#process) return
    const exit = once(this.#process, 'exit')
    this.#process.kill('SIGTERM')
    const late = setTimeout(() => this.kill(), patience)
    await exit
    clearTimeout(late)
  }
}
