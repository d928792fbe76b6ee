import { fileURLToPath } from 'node:url'
import { lmdbHistory } from 'millrace/adapters/history/lmdb'
import { closeOnSignal, fail } from './ending.ts'
import { help, type Options, readOptions } from './options.ts'
import { serve } from './server.ts'

// Beside this program, once it is built.
const pages = fileURLToPath(new URL('../pages', import.meta.url))

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(help)
  const serving = await serve({ ...options, pages, history: () => lmdbHistory(options.data) }).catch(
    (error: unknown) => {
      throw explain(error, options)
    },
  )
  closeOnSignal(serving)
  console.log(greeting(serving.port, options.data))
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

main().catch(fail)
