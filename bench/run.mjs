import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { buildPackage } from '../examples/serve/build.mjs'
import { bundle } from './support/bundle.mjs'

const say = (text) => console.error(text)

/** What contenders need is installed when it is first asked for. */
function install() {
  if (existsSync('bench/node_modules/.package-lock.json')) return
  say('Installing what Millrace is measured beside, in bench/ …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: 'bench', stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

const args = process.argv.slice(2)
const outdir = 'bench/dist'
if (!args.includes('--help')) {
  install()
  buildPackage(say)
}
await bundle(outdir)
const program = args.includes('--record') ? 'check' : 'main'
process.exitCode = spawnSync(process.execPath, [`${outdir}/${program}.mjs`, ...args], { stdio: 'inherit' }).status ?? 1
