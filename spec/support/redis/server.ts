import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { redisServerPath } from '../../checks/programs.mjs'
import { begins, isOver } from './begun.ts'
import { configuration, type ServerOptions } from './configuration.ts'
import { connected } from './connected.ts'
import { freePort } from './free-port.ts'
import { type Running, running } from './running.ts'
import { until } from './until.ts'

/** A copy of all that a server held, in a folder that goes with the server. */
export type Dump = string

/** Starts a real Redis on a free port of 127.0.0.1. */
export async function redisServer(options: ServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-redis-'))
  const server = new RedisServer(await freePort(), folder, options)
  try {
    await mkdir(server.data)
    await writeFile(server.configuration, configuration(server.port, server.data, options))
    await server.restart()
    return server
  } catch (error) {
    await server.close()
    throw error
  }
}

/** A real Redis, its port and its folder, in which one process after the other may run. */
export class RedisServer {
  readonly port: number
  readonly url: string
  readonly data: string
  readonly configuration: string
  readonly #folder: string
  readonly #options: ServerOptions
  #process: Running | undefined
  #isPaused = false
  #dumps = 0

  constructor(port: number, folder: string, options: ServerOptions) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.data = join(folder, 'data')
    this.configuration = join(folder, 'redis.conf')
    this.#folder = folder
    this.#options = options
    begins(this)
  }

  /** Whether it runs, and answers. */
  get isAwake(): boolean {
    return this.#process !== undefined && !this.#isPaused
  }

  /** What it answers to one command, on a connection for that alone. */
  ask(command: string, ...args: (string | number)[]): Promise<unknown> {
    return connected(this.port, (redis) => redis.call(command, ...args))
  }

  /** Ends it by SIGKILL. */
  kill(): Promise<void> {
    return this.#end('SIGKILL')
  }

  /** Ends it in order. */
  stop(): Promise<void> {
    this.resume()
    return this.#end('SIGTERM')
  }

  /** Starts it again where it was, on what it left, or on what it held when that copy was made. One that runs is killed. */
  async restart(from?: Dump): Promise<void> {
    await this.kill()
    if (from) {
      await rm(this.data, { recursive: true })
      await cp(from, this.data, { recursive: true })
    }
    await this.#start()
    await this.#forget()
  }

  /** From now on connections and commands still get through to it, and it answers none. */
  pause(): void {
    this.#process?.signal('SIGSTOP')
    this.#isPaused = true
  }

  resume(): void {
    this.#process?.signal('SIGCONT')
    this.#isPaused = false
  }

  /** Copies what it holds now; with `rdb` it also saves it. */
  async dump(): Promise<Dump> {
    const folder = join(this.#folder, `dump-${++this.#dumps}`)
    if (this.#options.persistence !== 'aof') await this.ask('SAVE')
    await cp(this.data, folder, { recursive: true })
    await this.#forget()
    return folder
  }

  /** Ends it however it stands, and removes all of it. */
  async close(): Promise<void> {
    await this.kill()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
    isOver(this)
  }

  async #start(): Promise<void> {
    const kind = this.#options.isSentinel ? ['--sentinel'] : []
    const process = running(redisServerPath() ?? 'redis-server', [this.configuration, ...kind])
    const failed = process.over.then((log) => {
      throw new Error(`No Redis started on port ${this.port}:\n${log}`)
    })
    failed.catch(() => undefined)
    this.#process = process
    this.#isPaused = false
    void process.over.then(() => {
      if (this.#process === process) this.#process = undefined
    })
    await until('Redis to answer', () => this.ask('PING'), failed)
  }

  /** What keeps nothing must not find what a copy or a replication left. */
  async #forget(): Promise<void> {
    if ((this.#options.persistence ?? 'none') === 'none') await rm(join(this.data, 'dump.rdb'), { force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#process?.signal(signal)
    await this.#process?.over
  }
}
