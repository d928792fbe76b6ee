import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { defer, filter, firstValueFrom, repeat } from 'rxjs'
import { clusterProgram } from '../../examples/serve/build.mjs'
import { Program } from './example-server.ts'

/** What a host says of itself. */
export interface Health {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const hosts = [1, 2, 3]

/** The cluster of the examples, on five free ports. */
export class ClusterExample extends Program {
  port = 0
  readonly #data: string

  constructor(data: string, command = process.execPath, args: readonly string[] = [clusterProgram]) {
    super(command, [...args, '--port', '0', '--data', data])
    this.#data = data
  }

  static start(data: string, ...more: readonly string[]): Promise<ClusterExample> {
    return new ClusterExample(data, process.execPath, [clusterProgram, ...more]).begun()
  }

  async begun(): Promise<this> {
    const [, port] = await this.says(/http:\/\/localhost:(\d+)\/cluster[\s\S]*Ctrl\+C/)
    this.port = Number(port)
    return this
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }

  get redisPort(): number {
    return this.port + 1 + hosts.length
  }

  /** What the health endpoints of the hosts answer; `undefined` for one that does not. */
  healths(): Promise<(Health | undefined)[]> {
    return Promise.all(hosts.map((host) => healthAt(`http://localhost:${this.port + host}/health`)))
  }

  /** How many sessions each host has. */
  async sessions(): Promise<unknown[]> {
    return (await this.healths()).map((answer) => answer?.body.sessions)
  }

  /** Waits until each host has so many sessions. */
  hasSessions(isSo: (sessions: readonly unknown[]) => boolean): Promise<readonly unknown[]> {
    return firstValueFrom(defer(() => this.sessions()).pipe(repeat({ delay: 20 }), filter(isSo)))
  }

  /** The processes that belong to it, as the system names them. */
  processes(): string[] {
    const marks = [this.#data, `127.0.0.1:${this.redisPort}`]
    return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => marks.some((mark) => line.includes(mark)))
  }

  /** Kills what it has left: their output is open for as long as they run, and so is the spec. */
  clear(): void {
    for (const line of this.processes()) process.kill(Number.parseInt(line, 10), 'SIGKILL')
  }
}

/** What a health endpoint answers; `undefined` where there is none. */
export async function healthAt(url: string): Promise<Health | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  } catch {
    return undefined
  }
}

const hostCard = (page: Page, host: number) => page.getByRole('region', { name: `Host ${host}` })

/** Waits until the page of the cluster says this of a host. */
export const hostIs = (page: Page, host: number, state: string): Promise<void> =>
  hostCard(page, host).getByText(state, { exact: true }).waitFor()

export async function killHost(page: Page, host: number): Promise<void> {
  await page.getByRole('button', { name: `Kill Host ${host}` }).click()
  await hostIs(page, host, 'Dead')
}

export async function startHost(page: Page, host: number): Promise<void> {
  await page.getByRole('button', { name: `Start Host ${host}` }).click()
  await hostIs(page, host, 'Alive and well')
}
