const signals = ['SIGTERM', 'SIGINT'] as const

/** Closes this at the first signal, after which the process ends by itself. A second one ends it at once. */
export function closeOnSignal(running: { close(): Promise<void> }): void {
  const close = () => {
    for (const signal of signals) process.off(signal, close)
    console.log('Closing.')
    running.close().catch(fail)
  }
  for (const signal of signals) process.on(signal, close)
}

/** Says what went wrong, in a process that then ends by itself. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
