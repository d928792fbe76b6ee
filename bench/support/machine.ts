import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** Where something was measured. */
export interface Machine {
  readonly processors: string
  readonly memory: string
  readonly system: string
  readonly node: string
  /** Of what is measured, by package. */
  readonly versions: Readonly<Record<string, string>>
}

const packages = [
  'millrace',
  'flushout',
  'mutative',
  'immer',
  'yjs',
  'sharedb',
  '@hocuspocus/server',
  '@socket.io/redis-adapter',
  '@socket.io/redis-streams-adapter',
  'socket.io',
  'rxjs',
]

export function thisMachine(): Machine {
  const all = cpus()
  return {
    processors: `${all.length} × ${all[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release().split('-')[0]}`,
    node: process.version,
    versions: Object.fromEntries(
      packages.flatMap((name) => {
        const version = versionOf(name)
        return version === undefined ? [] : [[name, version]]
      }),
    ),
  }
}

function versionOf(name: string): string | undefined {
  const files = [
    ...(name === 'millrace' ? ['package.json'] : []),
    `bench/node_modules/${name}/package.json`,
    `node_modules/${name}/package.json`,
  ]
  const file = files.find((path) => existsSync(path))
  return file && (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
