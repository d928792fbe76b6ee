import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { filter, firstValueFrom, map, merge, scan, share } from 'rxjs'
import { memoryHistory } from '../adapters/history/memory/index.ts'
import { createHost } from '../lib/host/index.ts'
import { createClient, document } from '../lib/index.ts'
import { httpTransport } from '../transports/http/index.ts'
import { httpListener } from '../transports/http/server.ts'

// How often a host encodes a batch for many who poll: those who wait, and those who were between two polls.

const pollers = 200
const batches = 50
const id = 'list/shopping'
const documents = { list: document<{ title: string }>({ initial: { title: '' } }) }

const host = createHost({ documents, history: memoryHistory() })
const http = createServer(httpListener(host)).listen(0)
await once(http, 'listening')
const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`

const clients = Array.from({ length: pollers }, () => createClient<typeof documents>({ transport: httpTransport(url) }))
const lists = clients.map((client) => client.open(id))
await Promise.all(lists.map(({ loaded }) => loaded))

const { stringify } = JSON
let encodings = 0
JSON.stringify = ((value: { readonly type?: unknown }, ...rest: []) => {
  if (value?.type === 'commands') encodings += 1
  return stringify(value, ...rest)
}) as typeof JSON.stringify

const told$ = merge(...lists.map((list) => list.commands$)).pipe(
  scan((count) => count + 1, 0),
  share(),
)
const master = await host.open(id)
const start = performance.now()
const allTold = firstValueFrom(
  told$.pipe(
    filter((count) => count === pollers * batches),
    map(() => performance.now() - start),
  ),
)
for (let from = 0; from < batches; from++) {
  await master.apply({
    from,
    completions: [{ command: { action: 'update', props: { title: `${from}`.padEnd(500, '.') } } }],
  })
}
const time = await allTold
JSON.stringify = stringify
assert(lists.every((list) => list.getCommandCount() === batches))

console.log(`${pollers} pollers, ${batches} batches: ${Math.round((pollers * batches) / (time / 1_000))} deliveries/s`)
console.log(`${(encodings / batches).toFixed(2)} encodings a batch (${pollers} where each poller has its own)`)

for (const client of clients) client.close()
master.close()
await host.close()
http.close()
http.closeAllConnections()
