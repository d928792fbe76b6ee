import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { document } from '../../lib/documents.ts'
import { realEnvironment } from '../../lib/environment.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { curlPath } from '../checks/programs.mjs'
import { type HttpHost, httpHost } from '../support/http-host.ts'

const documents = { list: document<{ title: string; todos: object }>({ initial: { title: '', todos: {} } }) }
const curl = curlPath() ?? 'curl'

/** What is typed, and what is printed below it. */
const typed = [...readFileSync('PROTOCOL.md', 'utf8').matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(
  ([, text = '']) => {
    const [, command = '', printed = ''] = /^\$ ([\s\S]*?)(?:\n(\[[\s\S]*))?$/.exec(text.trimEnd()) ?? []
    return { command, printed }
  },
)

describe('the conversation of PROTOCOL.md with curl', () => {
  const names = ['host', 'writer', 'oak']
  let host: Host<typeof documents>
  let http: HttpHost

  beforeAll(async () => {
    const environment = {
      ...realEnvironment,
      now: () => 1_795_000_000_000,
      id: () => names.shift() ?? 'one name too many',
    }
    host = createHost({ documents, history: memoryHistory(), environment })
    http = await httpHost(httpListener(host))
  })

  afterAll(async () => {
    await http.close()
    await host.close()
  })

  it('is what a host answers', async () => {
    const [define, ...said] = typed
    expect(said.length).toBeGreaterThan(0)
    for (const { command, printed } of said) {
      const script = `${define?.command}\n${command}`
        .replaceAll('http://localhost:8080', http.url.replace('/millrace', ''))
        .replaceAll('curl ', `${curl} `)
      const { stdout } = await promisify(execFile)('sh', ['-c', script])
      expect(JSON.parse(stdout)).toEqual(JSON.parse(printed))
    }
  })
})
