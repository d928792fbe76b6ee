import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const sources = ['lib', 'transports', 'adapters', 'bindings', 'package.json', 'tsconfig.json', 'tsdown.config.mjs']

const statOf = (path) => statSync(path, { throwIfNoEntry: false })

/** When the newest of these files, or of those in these folders, was written. */
function newest(paths) {
  const times = paths.map((path) => {
    const stat = statOf(path)
    if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
    return Math.max(stat.mtimeMs, newest(readdirSync(path).map((name) => join(path, name))))
  })
  return Math.max(0, ...times)
}

const run = (...command) => execFileSync('npm', command, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

/**
 * Builds what is older than its sources, packs it as it would be published, and unpacks it into a folder of its own,
 * which specs find as `process.env.MILLRACE_PACKED`.
 */
export default function setup() {
  if ((statOf('dist/lib/index.js')?.mtimeMs ?? 0) < newest(sources)) run('run', '--silent', 'build')
  const folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'))
  const [{ filename }] = JSON.parse(run('pack', '--silent', '--json', '--pack-destination', folder))
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder])
  process.env.MILLRACE_PACKED = join(folder, 'package')
}
