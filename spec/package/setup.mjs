import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPackage } from '../../examples/serve/build.mjs'

/**
 * Builds what is older than its sources, packs it as it would be published, and unpacks it into a folder of its own,
 * which specs find as `process.env.MILLRACE_PACKED`.
 */
export default function setup() {
  buildPackage()
  const folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'))
  const pack = ['pack', '--silent', '--json', '--pack-destination', folder]
  const [{ filename }] = JSON.parse(
    execFileSync('npm', pack, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }),
  )
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder])
  process.env.MILLRACE_PACKED = join(folder, 'package')
}
