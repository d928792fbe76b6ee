import { fileURLToPath } from 'node:url'
import { help, type Options, readOptions } from './options.ts'
import { type Serving, serve } from './server.ts'

// Beside this program, once it is built.
const pages = fileURLToPath(new URL('../pages', import.meta.url))

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(help)
  const serving = await serve({ ...options, pages }).catch((error: unknown) => {
    throw explain(error, options)
  })
  closeOn(['SIGTERM', 'SIGINT'], serving)
  console.log(greeting(serving.port, options.data))
}

/** Closes at the first signal, after which the process ends by itself. A second one ends it at once. */
function closeOn(signals: readonly NodeJS.Signals[], serving: Serving): void {
  const close = () => {
    for (const signal of signals) process.off(signal, close)
    console.log('Closing.')
    serving.close().catch(fail)
  }
  for (const signal of signals) process.on(signal, close)
}

const greeting = (port: number, data: string): string => `
  A todo list      http://localhost:${port}/shopping     open it in two windows
  How it works     http://localhost:${port}/flushout

  The lists are kept in ${data}. Ctrl+C stops the server.
`

function explain(error: unknown, { port }: Options): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new Error(`Port ${port} is in use. Start with PORT=${port + 1} npm start.`)
  if (code === 'EACCES') return new Error(`Port ${port} is not for everybody. Start with PORT=8080 npm start.`)
  return error
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

main().catch(fail)
