import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const packed = process.env.MILLRACE_PACKED as string

/** How a program ended, and what it said on either stream. */
export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** Somebody's project in a folder of its own: the packed millrace is installed, and what it asks to have beside it. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-project-'))

  constructor(type: 'commonjs' | 'module', dependencies: readonly string[]) {
    this.write('package.json', JSON.stringify({ name: 'project', private: true, type }))
    cpSync(packed, this.path('node_modules/millrace'), { recursive: true })
    for (const name of dependencies) this.#link(name)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8')
  }

  /** Runs a program of Node, in this folder if no other is named, until it ends or too much time has passed. */
  run(args: readonly string[], { cwd = this.folder, timeout = 25_000 } = {}): Promise<Ended> {
    const { JEST_WORKER_ID: _, NODE_OPTIONS: __, ...env } = process.env
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    return new Promise((settle, fail) => {
      child.on('error', fail)
      child.on('close', (code) => settle({ code, output }))
    })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #link(name: string): void {
    const path = this.path(`node_modules/${name}`)
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(resolve('node_modules', name), path)
  }
}
