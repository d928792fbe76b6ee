import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { program } from '../../examples/serve/build.mjs'

/** How a program ended, and what it said on either stream. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly output: string
}

/** A folder for the data of a server, in place of nothing. */
export const dataFolder = (): string => mkdtempSync(join(tmpdir(), 'millrace-data-'))

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** A program of the examples as a process of its own. */
export class Program {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #output = ''

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, folder = '.') {
    const { NODE_OPTIONS: _, PORT: __, REDIS_URL: ___, ...inherited } = process.env
    this.#child = spawn(command, args, {
      cwd: folder,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output += text
      })
    }
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal, output: this.#output }))
  }

  /** What it said, once that matches. Rejects if it ends before that. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const ended = this.ended.then(({ output }) => {
      throw new Error(`It ended without saying ${pattern}:\n${output}`)
    })
    for (;;) {
      const match = pattern.exec(this.#output)
      if (match) return match
      await Promise.race([once(this.#child.stdout as NodeJS.EventEmitter, 'data'), ended])
    }
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Ends it, in order or at once. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.signal(signal)
    return this.ended
  }
}

/** The server of the examples, on a port of its own unless one is named. */
export class ExampleServer extends Program {
  port = 0

  static async start(data: string, port = 0, built = program, more: readonly string[] = []): Promise<ExampleServer> {
    const server = new ExampleServer(process.execPath, [built, '--port', String(port), '--data', data, ...more])
    const [, heard] = await server.says(/http:\/\/localhost:(\d+)\/shopping/)
    server.port = Number(heard)
    return server
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }
}
