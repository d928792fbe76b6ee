import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { filter, firstValueFrom, merge, scan } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { createClient, document } from '../../lib/index.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { initialList, listId } from '../support/broadcast.ts'
import { answering } from '../support/remote.ts'

const documents = { list: document<{ title: string }>({ initial: initialList }) }

/** How many batches are made into text while something is done. */
async function encodingsIn(work: () => Promise<unknown>): Promise<number> {
  const { stringify } = JSON
  let encodings = 0
  JSON.stringify = ((value: { readonly type?: unknown }, ...rest: []) => {
    if (value?.type === 'commands') encodings += 1
    return stringify(value, ...rest)
  }) as typeof JSON.stringify
  await work()
  JSON.stringify = stringify
  return encodings
}

async function poll(pollers: number, batches: number): Promise<Record<string, number>> {
  const host = createHost({ documents, history: memoryHistory() })
  const http = createServer(httpListener(host)).listen(0)
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`
  const lists = Array.from({ length: pollers }, () =>
    createClient<typeof documents>({ transport: httpTransport(url) }).open(listId),
  )
  await Promise.all(lists.map(({ loaded }) => loaded))
  const master = await host.open(listId)
  const title = (number: number) => `${number}`.padEnd(500, '.')

  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const encodings = await encodingsIn(async () => {
    const allTold = firstValueFrom(
      merge(...lists.map((list) => list.commands$)).pipe(
        scan((count) => count + 1, 0),
        filter((count) => count === pollers * batches),
      ),
    )
    for (let from = 0; from < batches; from++) {
      const command = { action: 'update' as const, props: { title: title(from) } }
      await master.apply({ from, completions: [{ command }] })
    }
    await allTold
  })
  const [time, { user, system }] = [performance.now() - start, process.cpuUsage(cpu)]
  assert(lists.every((list) => list.getDocument().title === title(batches - 1)))
  return {
    'deliveries/s': (1_000 * pollers * batches) / time,
    'µs CPU each': (user + system) / (pollers * batches),
    'encodings a batch': encodings / batches,
  }
}

answering({ poll })
