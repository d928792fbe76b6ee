import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { lmdbHistory } from 'millrace/adapters/history/lmdb'
import { closeOnSignal, fail } from '../serve/ending.ts'
import { serve } from '../serve/server.ts'
import { frameworks } from './shared/frameworks.ts'

// Beside this program, once it is built.
const pages = fileURLToPath(new URL('../pages', import.meta.url))

const named = Object.fromEntries(Object.keys(frameworks).map((path) => [`/${path}`, `${path}/index.html`]))

async function main(): Promise<void> {
  const { port, data } = parseArgs({
    options: {
      port: { type: 'string', default: process.env.PORT ?? '8080' },
      data: { type: 'string', default: './data' },
    },
  }).values
  const serving = await serve({
    port: Number(port),
    pages,
    named,
    other: 'index.html',
    transport: 'socket-io',
    history: () => lmdbHistory(data),
  })
  closeOnSignal(serving)
  console.log(greeting(serving.port))
}

const greeting = (port: number): string => `
  Side by side     http://localhost:${port}
  One by one       ${Object.keys(frameworks)
    .map((path) => `http://localhost:${port}/${path}`)
    .join('\n                   ')}

  Ctrl+C stops the server.
`

main().catch(fail)
