import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { healthAt } from '../../support/cluster-example.ts'
import { Program } from '../../support/example-server.ts'
import { closeAll } from '../../support/redis/begun.ts'
import { freePort } from '../../support/redis/free-port.ts'
import { redisServer } from '../../support/redis/server.ts'
import { until } from '../../support/redis/until.ts'

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: readonly string[]
  readonly volumes?: readonly string[]
  readonly stop_grace_period?: string
}

const folder = 'examples/cluster'
const { services, volumes } = parse(readFileSync(`${folder}/compose.yaml`, 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
}
const built = Object.values(services).flatMap((service) =>
  service.build ? [{ ...service, build: service.build }] : [],
)
const service = (name: string): Service => services[name] as Service
const hosts = Object.keys(services).filter((name) => name.startsWith('host-'))

/** The instructions of a Dockerfile, in order. */
const instructions = readFileSync(`${folder}/Dockerfile`, 'utf8')
  .split('\n')
  .filter((line) => !/^(#|$)/.test(line))
  .map((line) => {
    const [name = '', ...words] = line.split(' ')
    return { name, words }
  })
const all = (name: string): string[][] => instructions.filter((one) => one.name === name).map(({ words }) => words)

/** What stays out of what is copied, wherever it stands. */
const ignored = new Set(
  readFileSync(`${folder}/Dockerfile.dockerignore`, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('**/') ? line.slice(3) : [])),
)

/** The value behind an option of a command. */
const option = ({ command }: Service, name: string): string => command[command.indexOf(name) + 1] as string

describe('The compose file of the cluster', () => {
  it('has a Redis that keeps every command, three hosts and a balancer', () => {
    expect(Object.keys(services)).toEqual(['redis', 'host-1', 'host-2', 'host-3', 'balancer'])
    expect(service('redis').image).toMatch(/^redis:[67]/)
    expect(option(service('redis'), '--appendonly')).toBe('yes')
    expect(service('redis').volumes?.map((text) => text.split(':')[0])).toEqual(Object.keys(volumes))
  })

  it('builds all of them from one Dockerfile, at the root of the repository', () => {
    for (const { build } of built) {
      const root = resolve(folder, build.context)
      expect(relative(process.cwd(), root)).toBe('')
      expect(existsSync(join(root, build.dockerfile))).toBe(true)
    }
    expect(built).toHaveLength(4)
  })

  it('has each know those it speaks to by their names and ports, and wait for them', () => {
    for (const name of hosts) {
      expect(option(service(name), '--redis')).toBe('redis://redis:6379')
      expect(service(name).depends_on).toEqual(['redis'])
    }
    const named = option(service('balancer'), '--hosts').split(',')
    expect(named).toEqual(hosts.map((name) => `http://${name}:${option(service(name), '--port')}`))
    expect(service('balancer').depends_on).toEqual(hosts)
    const port = option(service('balancer'), '--port')
    expect(service('balancer').ports).toEqual([`8080:${port}`])
    expect(all('EXPOSE')).toEqual([[port]])
  })
})

describe('What the Dockerfile makes', () => {
  let image: string

  /** The files that it copies, with the modules of this checkout, and what it then runs. */
  beforeAll(async () => {
    image = await mkdtemp(join(tmpdir(), 'millrace-image-'))
    for (const words of all('COPY')) {
      const target = join(image, words.at(-1) as string)
      for (const source of words.slice(0, -1)) await copy(source, target)
    }
    // What was built or installed here is made anew there.
    expect([...ignored].sort()).toEqual(['dist', 'node_modules'])
    await symlink(resolve('node_modules'), join(image, 'node_modules'))
    const [install, ...rest] = all('RUN')
    expect(install).toEqual(['npm', 'ci'])
    for (const [command = '', ...args] of rest) {
      const { code, output } = await new Program(command, args, {}, image).ended
      expect([code, output]).toEqual([0, expect.stringContaining('--hosts')])
    }
  }, 120_000)
  afterAll(() => rm(image, { recursive: true }))
  afterEach(closeAll)

  it('runs the commands of the compose file as a cluster', async () => {
    const redis = await redisServer()
    const ports = new Map<string, number>()
    for (const name of [...hosts, 'balancer']) ports.set(name, await freePort())
    /** What a service runs, at places of this machine. */
    const run = (name: string): Program => {
      const [program = '', ...args] = service(name).command.map((word, i, words) => {
        if (words[i - 1] === '--port') return String(ports.get(name))
        return word
          .replace('redis://redis:6379', redis.url)
          .replace(/http:\/\/(host-\d):8080/g, (_, host) => `http://localhost:${ports.get(host)}`)
      })
      return new Program(program, args, {}, image)
    }
    const running = [...hosts, 'balancer'].map(run)
    const at = `http://localhost:${ports.get('balancer')}`
    await until('all to be well', async () => {
      const answers = await Promise.all([...ports.values()].map((port) => healthAt(`http://localhost:${port}/health`)))
      expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200, 200])
    })
    const pages = await Promise.all(['/cluster', '/shopping'].map(async (path) => (await fetch(at + path)).text()))
    expect(pages.map((page) => /<title>(.*)<\/title>/.exec(page)?.[1])).toEqual([
      'Three hosts, one list · Millrace',
      'Millrace',
    ])
    const kill = await fetch(`${at}/cluster/hosts/0/kill`, { method: 'POST' })
    expect(kill.status).toBe(403)
    const ends = await Promise.all(running.map((program) => program.stop('SIGTERM')))
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0])
  })
})

/** Copies a file or what is in a folder, but for what is ignored. */
async function copy(source: string, target: string): Promise<void> {
  const isFile = /\.\w+$/.test(basename(source))
  const path = isFile ? join(target, basename(source)) : target
  await mkdir(dirname(path), { recursive: true })
  await cp(source, path, { recursive: true, filter: (from) => !ignored.has(basename(from)) })
}
