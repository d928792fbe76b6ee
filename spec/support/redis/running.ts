import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A process that says what it does. */
export interface Running {
  signal(name: NodeJS.Signals): void
  /** Resolves when it has ended, with all that it said. */
  readonly over: Promise<string>
}

/** Starts a program that does not outlive this process, however that ends, where the system can see to it. */
export function running(program: string, args: readonly string[]): Running {
  const [command, ...all] = [...bound, program, ...args] as [string, ...string[]]
  const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  const over = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(String(error)))
    child.on('close', () => resolve(said))
  })
  return { signal: (name) => void child.kill(name), over }
}

const setpriv = '/usr/bin/setpriv'
const bound = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'SIGKILL'] : []
