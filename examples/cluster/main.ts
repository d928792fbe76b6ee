import { fileURLToPath } from 'node:url'
import { closeOnSignal, fail } from '../serve/ending.ts'
import { type Cluster, portCount, startCluster } from './cluster.ts'
import { help, readOptions } from './options.ts'
import { freePorts } from './ports.ts'

// Beside this program, once it is built.
const pages = fileURLToPath(new URL('../pages', import.meta.url))
const program = fileURLToPath(new URL('./cluster-host.js', import.meta.url))

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env)
  if (options.help) return console.log(help)
  const port = options.port || (await freePorts(portCount))
  const cluster = await startCluster({ ...options, port, pages, program }).catch((error: unknown) => {
    throw explain(error, port)
  })
  closeOnSignal(cluster)
  console.log(greeting(port, cluster))
}

const greeting = (port: number, { hosts, redis }: Cluster): string => `
  The cluster      http://localhost:${port}/cluster      kill a host while you type
  A todo list      http://localhost:${port}/shopping     from any host
  The hosts        ${hosts.map(({ url }) => url).join('  ')}${redis === undefined ? '' : `\n  Redis            ${redis}`}

  Ctrl+C stops it all.
`

function explain(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return new Error(`Port ${port} is in use. Start with --port ${port + portCount}.`)
  if (code === 'EACCES') return new Error(`Port ${port} is not for everybody. Start with --port 8080.`)
  return error
}

main().catch(fail)
