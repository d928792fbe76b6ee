/** Something to be done for one document, and who waits for it. */
export interface Turn<T> {
  readonly ask: T
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Calls that wait for each other. What comes in one turn of the program, or while others are done, is done at once. */
export interface Turns<T> {
  add<A>(ask: T): Promise<A>
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

/** `run` answers every turn that it is handed, in their order, and does not throw. */
export function turns<T>(run: (turns: readonly Turn<T>[]) => Promise<void>): Turns<T> {
  let waiting: Turn<T>[] = []
  let running: Promise<void> | undefined

  const work = async () => {
    await undefined
    while (waiting.length > 0) {
      const taken = waiting
      waiting = []
      await run(taken)
    }
    running = undefined
  }

  return {
    add: (ask) =>
      new Promise((resolve, reject) => {
        waiting.push({ ask, resolve: resolve as (answer: unknown) => void, reject })
        running ??= work()
      }),
    idle: async () => running,
  }
}
