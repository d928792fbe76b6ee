import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import { createClient } from '../../lib/client/client.ts'
import type { DocumentKind } from '../../lib/documents.ts'
import { broadcastChannelTransport } from '../../transports/broadcast-channel/index.ts'
import { type Bundles, bundle } from '../support/programs.ts'

type Pages = { list: DocumentKind<{ title: string }> }

const name = `threads ${process.pid}`
let programs: Bundles

beforeEach(async () => {
  programs = await bundle(new URL('processes/', import.meta.url), 'thread')
})
afterEach(() => programs.remove())

it('A host in another thread serves this one, which notices when that is terminated', async () => {
  const thread = new Worker(programs.path('thread'), { workerData: name })
  const ended = once(thread, 'exit')
  const client = createClient<Pages>({ transport: broadcastChannelTransport(name, { heartbeat: 500 }) })
  const page = client.open('list/shopping')
  await page.loaded
  page.apply({ action: 'update', props: { title: 'Shopping' } })
  await page.flush()
  expect(page.getCommandCount()).toBe(1)
  await thread.terminate()
  await ended
  const offline = await firstValueFrom(client.status$.pipe(filter(({ state }) => state === 'offline')))
  expect(offline).toMatchObject({ reason: expect.stringContaining('silent') })
  client.close()
})
