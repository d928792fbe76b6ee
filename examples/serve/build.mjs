import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const packageSources = [
  'lib',
  'transports',
  'adapters',
  'bindings',
  'package.json',
  'tsconfig.json',
  'tsdown.config.mjs',
]
const exampleSources = ['dist', 'examples']
// What is not written by hand.
const made = ['dist', 'node_modules']

/** What `npm start` runs, once it is built. */
export const program = join(root, 'examples/dist/serve/main.js')

/** What `npm run example:cluster` runs. */
export const clusterProgram = join(root, 'examples/dist/serve/cluster.js')

/** Builds the package where it is older than its sources. Tells `say` what it does. */
export function buildPackage(say = () => {}) {
  if (!isOlder('dist/lib/index.js', packageSources)) return
  say('Building millrace …')
  run('node_modules/tsdown/dist/run.mjs')
}

/** Builds the package and the examples where they are older than their sources. Tells `say` what it does. */
export function build(say = () => {}) {
  buildPackage(say)
  if (isOlder('examples/dist/serve/main.js', exampleSources)) {
    say('Building the pages …')
    vite('examples/vite.config.ts')
  }
}

/** Builds pages and programs by a config of Vite's. */
export const vite = (config) => run('node_modules/vite/bin/vite.js', 'build', '--app', '--config', config)

/** Shows what a tool says only if it fails. */
function run(...command) {
  try {
    execFileSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })
  } catch (error) {
    throw new Error(`The build failed: node ${command.join(' ')}\n${error.stdout}${error.stderr}`)
  }
}

/** Whether a file is missing, or older than any of these files or of those in these folders. */
export const isOlder = (target, sources) => (statOf(target)?.mtimeMs ?? 0) < newest(sources)

const statOf = (path) => statSync(join(root, path), { throwIfNoEntry: false })

/** When the newest of these files, or of those in these folders, was written; what was built in them does not count. */
function newest(paths) {
  const times = paths.map((path) => {
    const stat = statOf(path)
    if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
    const names = readdirSync(join(root, path)).filter((name) => !made.includes(name))
    return newest(names.map((name) => join(path, name)))
  })
  return Math.max(0, ...times)
}
