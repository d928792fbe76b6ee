import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from '@jest/globals'
import { clusterProgram } from '../../../examples/serve/build.mjs'
import { ClusterExample } from '../../support/cluster-example.ts'
import { dataFolder, Program, removeFolder } from '../../support/example-server.ts'
import { until } from '../../support/redis/until.ts'

const data = dataFolder()
afterAll(() => removeFolder(data))

describe('npm run example:cluster', () => {
  it('starts a Redis and three hosts, and leaves no process when npm is told to end', async () => {
    const cluster = await new ClusterExample(data, 'npm', ['run', 'example:cluster', '--']).begun()
    expect(cluster.processes().filter((line) => line.includes('cluster-host.js'))).toHaveLength(3)
    const well = {
      status: 200,
      body: { status: 'ok', sessions: 0, documents: 0, redis: { type: 'ready', warnings: [] } },
    }
    expect(await cluster.healths()).toEqual([well, well, well])
    const { output } = await cluster.stop('SIGTERM')
    expect(output).toMatch(/Closing\.\n$/)
    expect(cluster.processes()).toEqual([])
  })

  it('leaves no process when it is killed', async () => {
    const cluster = await ClusterExample.start(data)
    cluster.signal('SIGKILL')
    try {
      await until('all processes to end', async () => expect(cluster.processes()).toEqual([]))
    } finally {
      cluster.clear()
    }
  })

  it('does not let two Redis write to one folder', async () => {
    const cluster = await ClusterExample.start(data)
    const { code, output } = await new Program(process.execPath, [clusterProgram, '--port', '0', '--data', data]).ended
    await cluster.stop('SIGINT')
    expect(output).toMatch(
      /^Redis runs on .* already \(process \d+\)\. Stop that, or choose another folder by --data\.\n$/,
    )
    expect(code).toBe(1)
  })

  it('says what to do where the port is taken', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, output } = await new Program(process.execPath, [clusterProgram, '--port', String(port)]).ended
    other.close()
    expect(output).toBe(`Port ${port} is in use. Start with --port ${port + 5}.\n`)
    expect(code).toBe(1)
  })

  it.each([
    [['--port', 'eighty'], "'eighty' is not a port with four behind it. Start with --port 8080.\n"],
    [['--redis', 'localhost'], "'localhost' is not the URL of a Redis. It begins with redis://\n"],
    [['--hosts', 'http://a,b'], "'b' is not the URL of a host. It begins with http://\n"],
    [['--port', '0', '--redis', 'redis://:secret@127.0.0.1:1'], 'Redis at 127.0.0.1:1 cannot be reached: '],
    [['--prot', '80'], "Unknown option '--prot'. What there is: npm run example:cluster -- --help\n"],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, output } = await new Program(process.execPath, [clusterProgram, ...args]).ended
    expect(output.slice(0, message.length)).toBe(message)
    expect(output.match(/\n/g)).toHaveLength(1)
    expect(code).toBe(1)
  })

  it('says what to install, or to give, where there is no Redis', async () => {
    const nothing = new Program(process.execPath, [clusterProgram, '--port', '0', '--data', data], { PATH: data })
    const { code, output } = await nothing.ended
    expect(output).toMatch(/^There is no redis-server on the path: install .*--redis redis:\/\/localhost:6379\.\n$/)
    expect(code).toBe(1)
  })

  it('explains itself', async () => {
    const { code, output } = await new Program(process.execPath, [clusterProgram, '--help']).ended
    expect(output).toContain('--redis')
    expect(code).toBe(0)
  })
})
