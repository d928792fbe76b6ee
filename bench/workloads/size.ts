import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Row } from '../support/table.ts'
import type { Workload } from '../support/workload.ts'

interface Bundle {
  readonly name: string
  readonly code: string
  /** What is not counted. */
  readonly beside: readonly string[]
}

const core = './dist/lib/index.js'
const socketIo = './dist/transports/socket-io/index.js'

const bundles: readonly Bundle[] = [
  { name: 'millrace, all of it', code: `export * from '${core}'`, beside: ['rxjs'] },
  { name: 'millrace, createClient', code: `export { createClient } from '${core}'`, beside: ['rxjs'] },
  {
    name: 'millrace, createClient and socket.io',
    code: `export { createClient } from '${core}'; export { socketIoTransport } from '${socketIo}'`,
    beside: ['rxjs', 'socket.io-client'],
  },
  {
    name: 'the same with rxjs and socket.io-client',
    code: `export { createClient } from '${core}'; export { socketIoTransport } from '${socketIo}'`,
    beside: [],
  },
  { name: 'socket.io-client', code: `export { io } from 'socket.io-client'`, beside: [] },
  { name: 'flushout', code: `export { Proxy, Master } from 'flushout'`, beside: [] },
  { name: 'mutative', code: `export { create } from 'mutative'`, beside: [] },
  { name: 'immer', code: `export { produce } from 'immer'`, beside: [] },
  { name: 'yjs', code: `export * from 'yjs'`, beside: [] },
  { name: 'sharedb', code: `export { default } from 'sharedb/lib/client/index.js'`, beside: [] },
]

export const size: Workload = {
  name: 'size',
  title: 'Size',
  definition: 'What a page loads, bundled and minified by esbuild, for browsers. kB are 1,000 bytes.',

  async measure(_, say) {
    const rows: Row[] = []
    for (const bundle of bundles) {
      say(bundle.name)
      rows.push({ name: bundle.name, values: await sizeOf(bundle) })
    }
    return [{ name: 'min+gzip', rows }]
  },
}

async function sizeOf({ code, beside }: Bundle): Promise<Row['values']> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    nodePaths: ['bench/node_modules'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['url', 'util', 'events', ...beside],
    logLevel: 'error',
  })
  const contents = (outputFiles[0] as (typeof outputFiles)[0]).contents
  return { 'kB gzip': gzipSync(contents, { level: 9 }).length / 1_000, kB: contents.length / 1_000 }
}
