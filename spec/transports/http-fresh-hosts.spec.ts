import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { lmdbHistory } from '../../adapters/history/lmdb/index.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { chanceOf, Editor, expectAllOnce } from '../support/editors.ts'
import { dataFolder, removeFolder } from '../support/example-server.ts'
import { type HostProcess, hostProcess } from '../support/host-processes.ts'
import { type Bundles, bundle } from '../support/programs.ts'

const rounds = 4
const spares = 2

describe('HTTP', () => {
  let programs: Bundles
  beforeAll(async () => {
    programs = await bundle(new URL('./processes/', import.meta.url), 'http-host')
  })
  afterAll(() => programs.remove())

  it('with every request going to a freshly started host process, killed behind its answer: nothing is lost, nothing happens twice', async () => {
    const folder = dataFolder()
    const start = () => hostProcess(programs.path('http-host'), folder, 2_000)
    const ready = Array.from({ length: spares }, start)
    let started = 0
    const fresh = (): Promise<HostProcess> => {
      started += 1
      ready.push(start())
      return ready.shift() as Promise<HostProcess>
    }
    const send: typeof fetch = async (_, init) => {
      const host = await fresh()
      try {
        const response = await fetch(host.url, init ?? {})
        return new Response(await response.text(), { status: response.status })
      } finally {
        host.kill()
      }
    }
    const transport = httpTransport('http://whoever.is/there', { fetch: send })
    const editors = ['ann', 'bob'].map((name) => new Editor(name, transport))
    const history = lmdbHistory(folder)
    try {
      const chance = chanceOf(7)
      await Promise.all(editors.map(({ list }) => list.loaded))
      for (let round = 0; round < rounds; round++) {
        for (const editor of editors) editor.edit(chance)
        await editors[round % 2]?.list.flush()
      }
      await expectAllOnce(editors, history)
      expect(started).toBeGreaterThan(2 * rounds)
      for (const { states } of editors) expect(states).not.toContain('offline')
    } finally {
      for (const editor of editors) editor.close()
      for (const host of ready) (await host).kill()
      await history.close()
      removeFolder(folder)
    }
  })
})
