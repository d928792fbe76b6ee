import { describe, expect, it } from '@jest/globals'
import { filter, firstValueFrom, Subject, take, toArray } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { documents } from '../support/documents.ts'
import { chanceOf, Editor, expectAllOnce } from '../support/editors.ts'
import { httpHost } from '../support/http-host.ts'
import { nginx } from '../support/nginx.ts'

const configuration = (ports: readonly number[]): string => `
  upstream hosts {
    ${ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:$port;
    client_max_body_size 3m;
    location /millrace {
      proxy_pass http://hosts;
      proxy_read_timeout 1s;
    }
  }`

describe('behind nginx, which waits for 1 s, with two hosts in turn: nothing is lost, nothing happens twice', () => {
  it.each([
    ['shorter', 400, 200],
    ['longer', 10_000, 504],
  ])('where a poll is %s', async (_, pollTime, idle) => {
    const history = memoryHistory()
    const hosts = [createHost({ documents, history }), createHost({ documents, history })]
    const served = [0, 0]
    const servers = await Promise.all(
      hosts.map((host, i) => {
        const listener = httpListener(host, { pollTime })
        return httpHost((request, response) => {
          served[i] = (served[i] ?? 0) + 1
          listener(request, response)
        })
      }),
    )
    const proxy = await nginx(configuration(servers.map(({ port }) => port)))
    const statuses = new Subject<number>()
    const send: typeof fetch = async (url, init) => {
      const response = await fetch(url, init)
      statuses.next(response.status)
      return response
    }
    const transport = httpTransport(`http://127.0.0.1:${proxy.port}/millrace`, { fetch: send })
    const editors = ['ann', 'bob'].map((name) => new Editor(name, transport))
    try {
      const chance = chanceOf(3)
      await Promise.all(editors.map(({ list }) => list.loaded))
      for (let round = 0; round < 6; round++) {
        // Both editors have been idle for so long that a poll was over.
        const polled = statuses.pipe(
          filter((status) => status === (round === 0 ? idle : 200)),
          take(2),
          toArray(),
        )
        await firstValueFrom(polled)
        for (const editor of editors) editor.edit(chance)
      }
      await expectAllOnce(editors, history)
      for (const { states } of editors) expect(states).toEqual(['connecting', 'live'])
      for (const count of served) expect(count).toBeGreaterThan(5)
    } finally {
      for (const editor of editors) editor.close()
      await proxy.close()
      for (const { close } of servers) await close()
      for (const host of hosts) await host.close()
    }
  })
})
